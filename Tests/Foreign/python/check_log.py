"""Computes the root of a log's raw entries with pymerkle and compares it with every kept checkpoint: check_log.py LOG_FOLDER"""

import base64
import pathlib
import sys

from pymerkle import InmemoryTree


def tile(number):
    groups = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03}")
    return "/".join(groups)


def entries(folder, size):
    for first in range(0, size, 256):
        width = min(256, size - first)
        name = tile(first // 256) + ("" if width == 256 else f".p/{width}")
        data = (folder / "tile" / "entries" / name).read_bytes()
        place = 0
        for _ in range(width):
            length = int.from_bytes(data[place : place + 2], "big")
            entry = data[place + 2 : place + 2 + length]
            assert len(entry) == length, name
            yield entry
            place += 2 + length
        assert place == len(data), name


def checkpoint(path):
    text = path.read_text(encoding="utf-8").split("\n\n")[0]
    origin, size, root = text.rstrip("\n").split("\n")
    return origin, int(size), base64.b64decode(root, validate=True)


folder = pathlib.Path(sys.argv[1])
origin, size, root = checkpoint(folder / "checkpoint")
tree = InmemoryTree(algorithm="sha256")
for entry in entries(folder, size):
    tree.append_entry(entry)
kept = sorted((folder / "checkpoints").iterdir(), key=lambda path: int(path.name))
for path in kept:
    _, earlier, earlier_root = checkpoint(path)
    if tree.get_root(earlier) != earlier_root:
        sys.exit(f"python: {path}: pymerkle computes another root over the first {earlier} entries")
if tree.get_root(size) != root or not kept:
    sys.exit("python: pymerkle computes another root than the checkpoint says")
print(f"python: {origin}, {len(kept)} checkpoints, root {root.hex()}, {size} entries")
