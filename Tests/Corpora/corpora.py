"""Runs the program over archives that others made to test their own readers, and holds it against bsdtar.

corpora.py TUOWEI FOLDER KNOWN [--part]

For each file: the program ends by itself, within limits of time and memory, with an answer. Where the file is of a kind that the program
reads, it gives the entries that `bsdtar` lists, or refuses what `bsdtar` cannot read to its end. Where it differs on purpose, KNOWN says so:
file, the program's answer, why. A difference that is not listed there fails, and so does a listed one that is none any more, or whose file
is not there (with --part, FOLDER holds only some of the collections).
"""
import base64
import collections
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

SECONDS = 20
PEAK_MEMORY = 512 << 20
PIPELINE = """\
name: corpora
district: { code: "320612000000", name: d }
communities: communities.csv
population: population.csv
archives: [none/*]
store: store
reports: reports
from: 2024-01-31
intent: { m0_5: 0, m6_11: 0.1, m12_23: 0.25, m24_35: 0.5 }
catchment_m: 1500
"""
TAR = re.compile(r"\b(tar|ustar|pax)\b")
OURS = re.compile(r"(tar|ustar|pax|GNU tar|ZIP|7-Zip)", re.IGNORECASE)
COMPRESSIONS = ("gzip", "xz", "zstd", "bzip2")
SIGNATURES = [(b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"),
              (b"PK\x07\x08", "zip"), (b"7z\xbc\xaf\x27\x1c", "7z")]


def uudecoded(text):
    content, begun = b"", False
    for line in text.splitlines():
        if not begun or not line:
            begun = begun or line.startswith(b"begin ")
            continue
        if line.strip() == b"end":
            break
        count = (line[0] - 32) & 63
        bits = [(byte - 32) & 63 for byte in line[1:]] + [0] * 4
        packed = b"".join(
            bytes([(a << 2 | b >> 4) & 255, (b << 4 | c >> 2) & 255, (c << 6 | d) & 255])
            for a, b, c, d in zip(bits[::4], bits[1::4], bits[2::4], bits[3::4]))
        content += packed[:count]
    return content


def corpus(folder):
    """The files: (collection, name, content), each content once."""
    seen = set()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not path.is_file() or path.is_symlink() or parts[0] == "apt" or path.suffix == ".deb" or "source" in parts[1:2]:
            continue
        collection, name, content = parts[0], path.name, path.read_bytes()
        if name.endswith(".uu"):
            name, content = name.removesuffix(".uu"), uudecoded(content)
        elif name.endswith(".base64"):
            name, content = name.removesuffix(".base64"), base64.b64decode(content)
        elif collection == "libarchive" or not is_archive(path, content):
            continue
        if content not in seen:
            seen.add(content)
            yield collection, name, content


def kind_of(content):
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return kind
    if content[:3] == b"BZh" and content[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2"
    if content[1:4] == b"\x2a\x4d\x18" and content[:1] and content[0] & 0xF0 == 0x50:
        return "zstd"
    return "other"


def is_archive(path, content):
    """Whether a file beside the tests is one of their archives, broken ones too."""
    return path.parent.name == "testdata" or kind_of(content) != "other" or content[257:262] == b"ustar"


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))


def run(command, folder, discard=False):
    """Exit status, output (none where it is discarded) and errors; the status is None where it had to be stopped."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL if discard else output, stderr=errors, env=environment, preexec_fn=limits)
        try:
            child.wait(SECONDS * 4)
            status = child.returncode
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            status = None
        output.seek(0)
        errors.seek(0)
        return status, output.read(), errors.read()


def unescaped(name):
    r"""A name as bsdtar prints it: bytes that are not printable as \ooo or \n."""
    simple = {"n": b"\n", "t": b"\t", "r": b"\r", "\\": b"\\", "a": b"\a", "b": b"\b", "f": b"\f", "v": b"\v"}
    result, place = b"", 0
    while place < len(name):
        if name[place:place + 1] == b"\\" and place + 1 < len(name):
            octal = re.match(rb"[0-7]{3}", name[place + 1:])
            if octal:
                result += bytes([int(octal.group(), 8)])
                place += 4
                continue
            if chr(name[place + 1]) in simple:
                result += simple[chr(name[place + 1])]
                place += 2
                continue
        result += name[place:place + 1]
        place += 1
    return result


def reference(name, folder):
    """What bsdtar says: the archive's format, its compression, and its names; None where it does not read it to its end."""
    status, output, errors = run(["bsdtar", "-tf", name], folder)
    if b"Unrecognized archive format" in errors and kind_of((pathlib.Path(folder) / name).read_bytes()) in COMPRESSIONS:
        # A single file under its compression.
        content, _, problem = run(["bsdcat", name], folder, discard=True)
        return "", "", None if content != 0 or problem else [name.encode()]
    _, listing, remarks = run(["bsdtar", "-tvvf", name], folder)
    found = re.search(rb"Archive Format: (.*?),\s+Compression: (.*)", listing + remarks)
    form, compression = (part.decode().strip() for part in found.groups()) if found else ("", "")
    content, _, problem = run(["bsdtar", "-xOf", name], folder, discard=True)
    if status != 0 or content != 0 or b"warning" in (errors + problem).lower():
        return form, compression, None
    return form, compression, [unescaped(line) for line in output.split(b"\n") if line]


def is_silent(name):
    parts = name.split(b"/")
    return name.endswith(b"/") or parts[-1].startswith(b"._") or b"__MACOSX" in parts[:-1] or not parts[-1]


def main():
    tuowei, folder, known_path = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    is_part = "--part" in sys.argv[4:]
    known = {}
    for line in open(known_path, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            name, answer, why = line.rstrip("\n").split("\t")
            known[name] = (answer, why)
    counts, failures, peak = collections.Counter(), [], 0
    used, seen = set(), set()
    scratch = pathlib.Path(tempfile.mkdtemp())
    source = pathlib.Path("Tests/CommandLineTests/Conformance/tiny")
    for table in ("communities.csv", "population.csv"):
        shutil.copy(source / table, scratch)
    (scratch / "p.yaml").write_text(PIPELINE)
    for collection, name, content in corpus(folder):
        counts["files"] += 1
        counts[collection] += 1
        seen.add(name)
        (scratch / name).write_bytes(content)
        shutil.rmtree(scratch / "store", ignore_errors=True)
        status, output, errors = run([tuowei, "ingest", "--pipeline", "p.yaml", "--json", name], scratch)
        if status not in (0, 3):
            failures.append(f"{name}: ended with {status}: {errors[-300:]!r}")
            continue
        answer = json.loads(output)
        ours = answer["status"] if "why" not in answer else "refused " + answer["why"]
        counts[ours] += 1
        kind = kind_of(content)
        form, compression, names = reference(name, scratch)
        is_plain_tar = bool(TAR.search(form)) and compression == "none" or content[257:262] == b"ustar"
        is_ours = kind in ("zip", "7z") or kind == "other" and is_plain_tar
        if kind in COMPRESSIONS:
            is_ours = True
        expected, problem = None, None
        reads = ours in ("appended", "skipped", "refused no_event_entry")
        if not is_ours:
            counts["of no kind of ours"] += 1
            if ours != "skipped":
                problem = f"{kind}, {form!r}: expected skipped"
        elif names is None:
            counts["bsdtar refuses"] += 1
            if reads:
                problem = f"{kind}, {form!r}: bsdtar does not read it to its end"
        elif not reads:
            problem = f"{kind}, {form!r}: bsdtar reads it; {errors[-200:].decode(errors='replace').strip()}"
        else:
            counts["both read"] += 1
            expected = [entry for entry in names if not is_silent(entry)]
            if not OURS.search(form):  # a single file, or a format inside the compression that is nobody's
                expected = [re.sub(r"\.(gz|xz|zst|bz2)$", "", name, flags=re.IGNORECASE).encode()]
                expected = [] if is_silent(expected[0]) else expected
            skipped = [entry.encode("utf-8", "surrogateescape") for entry in answer["skipped"]]
            if skipped != expected and sorted(skipped) != sorted(expected):
                problem = f"{kind}, {form!r}: entries {skipped[:5]} …, bsdtar's {expected[:5]} …"
        if problem and known.get(name, ("", ""))[0] == ours:
            used.add(name)
            counts["differs for a reason"] += 1
        elif problem:
            failures.append(f"{name}\t{ours}\t{problem}")
        (scratch / name).unlink()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
    shutil.rmtree(scratch)
    failures += [f"{name}: listed as a known difference, but there is none" for name in known if name not in used and (name in seen or not is_part)]
    if peak > PEAK_MEMORY:
        failures.append(f"peak memory {peak >> 20} MiB")
    for failure in failures:
        print(failure)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    print(f"{counts['files']} files, {len(failures)} failures, {len(used)} known differences, peak memory {peak >> 20} MiB")
    return 1 if failures or not counts["files"] else 0


sys.exit(main())
