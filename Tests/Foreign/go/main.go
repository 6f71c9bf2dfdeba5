// Tlogcheck checks a log, a proof or a report's signature of Tuowei with Go's own packages for transparency logs
// (golang.org/x/mod/sumdb), as Debian ships them. It shares no code with the program that wrote them.
//
//	tlogcheck log FOLDER [-vkey KEY]        FOLDER is the folder log/ of a store
//	tlogcheck proof FILE -vkey KEY          what `tuowei prove` wrote
//	tlogcheck report FOLDER -vkey KEY       the signature of a report's manifest
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// A checkpoint is the three lines of C2SP tlog-checkpoint. The package's own ParseTree takes those of Go's checksum database only.
type checkpoint struct {
	origin string
	tree   tlog.Tree
}

func parseCheckpoint(text string) (checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return checkpoint{}, errors.New("not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, errors.New("no size")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, err
	}
	return checkpoint{lines[0], tlog.Tree{N: size, Hash: root}}, nil
}

// open reads a note: with a key its signature must hold, without one it must bear none.
func open(msg []byte, key string) (checkpoint, error) {
	if key == "" {
		return parseCheckpoint(string(msg))
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return checkpoint{}, err
	}
	opened, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	point, err := parseCheckpoint(opened.Text)
	if err == nil && point.origin != verifier.Name() {
		err = errors.New("the origin is not the key's name")
	}
	return point, err
}

// tiles reads hash tiles from files. x/mod puts the tiles' height into paths; C2SP tlog-tiles does not.
type tiles struct{ folder string }

func (t tiles) Height() int                         { return height }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t tiles) path(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}
func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range list {
		data, err := os.ReadFile(filepath.Join(t.folder, t.path(tile)))
		if err != nil && tile.W < 1<<height {
			full := tile
			full.W = 1 << height
			data, err = os.ReadFile(filepath.Join(t.folder, t.path(full)))
		}
		if err != nil {
			return nil, err
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s is short", t.path(tile))
		}
		all = append(all, data[:tile.W*tlog.HashSize])
	}
	return all, nil
}

func entries(folder string, size int64) ([][]byte, error) {
	var all [][]byte
	for first := int64(0); first < size; first += 256 {
		width := size - first
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: height, L: 0, N: first / 256, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return nil, err
		}
		for n := int64(0); n < width; n++ {
			if len(data) < 2 || len(data)-2 < int(data[0])<<8|int(data[1]) {
				return nil, fmt.Errorf("%s is short", path)
			}
			end := 2 + (int(data[0])<<8 | int(data[1]))
			all = append(all, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("%s has bytes behind its last entry", path)
		}
	}
	return all, nil
}

func checkLog(folder, key string) error {
	if own, err := os.ReadFile(filepath.Join(folder, "vkey")); err == nil {
		if key != "" && strings.TrimSpace(string(own)) != key {
			return errors.New("vkey is not the key that was kept")
		}
		key = strings.TrimSpace(string(own))
	} else if key != "" {
		return errors.New("the log is unsigned")
	}
	msg, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	head, err := open(msg, key)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	names, err := filepath.Glob(filepath.Join(folder, "checkpoints", "*"))
	if err != nil {
		return err
	}
	var points []checkpoint
	for _, name := range names {
		msg, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		point, err := open(msg, key)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if point.origin != head.origin || strconv.FormatInt(point.tree.N, 10) != filepath.Base(name) {
			return fmt.Errorf("%s is another log's, or another size's", name)
		}
		points = append(points, point)
	}
	sort.Slice(points, func(i, j int) bool { return points[i].tree.N < points[j].tree.N })
	if len(points) == 0 || points[len(points)-1].tree != head.tree {
		return errors.New("the head's checkpoint is not kept")
	}
	all, err := entries(folder, head.tree.N)
	if err != nil {
		return err
	}
	// The tree over the raw entries, in memory.
	var stored []tlog.Hash
	memory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, index := range indexes {
			if index >= int64(len(stored)) {
				return nil, errors.New("no such hash")
			}
			out = append(out, stored[index])
		}
		return out, nil
	})
	for n, entry := range all {
		more, err := tlog.StoredHashes(int64(n), entry, memory)
		if err != nil {
			return err
		}
		stored = append(stored, more...)
	}
	for _, point := range points {
		root, err := tlog.TreeHash(point.tree.N, memory)
		if err != nil {
			return err
		}
		if root != point.tree.Hash {
			return fmt.Errorf("the first %d entries give the root %v, the checkpoint says %v", point.tree.N, root, point.tree.Hash)
		}
	}
	// Proofs from the published tiles, which the reader itself holds against the head.
	reader := tlog.TileHashReader(head.tree, tiles{folder})
	for n, entry := range all {
		proof, err := tlog.ProveRecord(head.tree.N, int64(n), reader)
		if err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
		if err := tlog.CheckRecord(proof, head.tree.N, head.tree.Hash, int64(n), tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
	}
	pairs := 0
	for i, old := range points {
		for _, next := range points[i+1:] {
			proof, err := tlog.ProveTree(next.tree.N, old.tree.N, reader)
			if err != nil {
				return err
			}
			if err := tlog.CheckTree(proof, next.tree.N, next.tree.Hash, old.tree.N, old.tree.Hash); err != nil {
				return fmt.Errorf("checkpoint %d does not extend %d: %w", next.tree.N, old.tree.N, err)
			}
			pairs++
		}
	}
	signed := "unsigned"
	if key != "" {
		signed = "signed"
	}
	fmt.Printf("go: %s, %d checkpoints (%s), root %x, %d entries included, %d pairs consistent\n",
		head.origin, len(points), signed, head.tree.Hash[:], len(all), pairs)
	return nil
}

func checkProof(file, key string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var proof struct {
		Entries []struct{ Entry, Proof string }
	}
	if err := json.Unmarshal(data, &proof); err != nil {
		return err
	}
	if len(proof.Entries) == 0 {
		return errors.New("nothing is proved")
	}
	for _, item := range proof.Entries {
		entry, err := base64.StdEncoding.Strict().DecodeString(item.Entry)
		if err != nil {
			return err
		}
		gap := strings.Index(item.Proof, "\n\n")
		if gap < 0 {
			return errors.New("no checkpoint")
		}
		lines := strings.Split(item.Proof[:gap], "\n")
		if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
			return errors.New("no C2SP tlog-proof")
		}
		index, err := strconv.ParseInt(lines[1][len("index "):], 10, 64)
		if err != nil {
			return err
		}
		var path tlog.RecordProof
		for _, line := range lines[2:] {
			hash, err := tlog.ParseHash(line)
			if err != nil {
				return err
			}
			path = append(path, hash)
		}
		point, err := open([]byte(item.Proof[gap+2:]), key)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(path, point.tree.N, point.tree.Hash, index, tlog.RecordHash(entry)); err != nil {
			return err
		}
		fmt.Printf("go: entry %d of %d bytes is in %s at %d\n", index, len(entry), point.origin, point.tree.N)
	}
	return nil
}

func checkReport(folder, key string) error {
	manifest, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		return err
	}
	msg, err := os.ReadFile(filepath.Join(folder, "manifest.sig"))
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	opened, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	if want := fmt.Sprintf("tuowei report manifest\nsha256 %x\n", sha256.Sum256(manifest)); !bytes.Equal([]byte(want), []byte(opened.Text)) {
		return errors.New("the signature is of another manifest")
	}
	fmt.Printf("go: the report's manifest is signed by %s\n", verifier.Name())
	return nil
}

func main() {
	args := os.Args[1:]
	key := ""
	if len(args) == 4 && args[2] == "-vkey" {
		key = args[3]
		args = args[:2]
	}
	checks := map[string]func(string, string) error{"log": checkLog, "proof": checkProof, "report": checkReport}
	if len(args) != 2 || checks[args[0]] == nil {
		fmt.Fprintln(os.Stderr, "usage: tlogcheck log|proof|report PATH [-vkey KEY]")
		os.Exit(2)
	}
	if err := checks[args[0]](args[1], key); err != nil {
		fmt.Fprintf(os.Stderr, "go: %s: %v\n", args[1], err)
		os.Exit(1)
	}
}
