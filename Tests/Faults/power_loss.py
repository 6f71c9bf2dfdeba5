"""Power cuts: what the disk may hold when the machine stops, computed from the trace of a run.

A kill leaves every write in the kernel's hands; a power cut leaves only what was made durable. From a trace with the bytes of each
fsync, this builds for every moment of the run the folders that a file system may legally show afterwards:

- `strict`: of each file what its last fsync held, of each folder the names that its last fsync held, and no more (a syncfs is an
  fsync of all of them);
- `names`: every change of a name so far, but nothing of a file that was changed since its last fsync (a journal that runs ahead of
  the data);
- `mixed`: of each file and folder the one or the other, by a seeded choice.

In each of them the store must verify, show the old state or the new, and be mended by the same command.
"""
import os
import random
import shutil
from pathlib import Path

O_TRUNC, O_TMPFILE = 0o1000, 0o20200000
EXCHANGE = 2
KINDS = ("strict", "names", "mixed")


class Node:
    """A file or folder of the model: what is there now and what is durable."""

    def __init__(self, is_folder):
        self.is_folder = is_folder
        self.content = b""       # of a file: what its last fsync held
        self.is_dirty = False    # of a file: whether it was changed since
        self.names = {}          # of a folder: now
        self.durable_names = {}  # of a folder: at its last fsync

    @staticmethod
    def of(path):
        """What stands at a path, all of it durable."""
        node = Node(os.path.isdir(path))
        if node.is_folder:
            node.names = {name: Node.of(os.path.join(path, name)) for name in os.listdir(path)}
            node.durable_names = dict(node.names)
        else:
            node.content = Path(path).read_bytes()
        return node


class Disk:
    """A folder as the trace of a run changes it."""

    def __init__(self, root, data):
        self.root = root
        self.data = data
        # Files that have no name (yet), by the path that a trace gives them.
        self.unnamed = {}

    def find(self, path):
        node = self.root
        for part in path.split("/"):
            if part in ("", "."): continue
            node = node.names.get(part) if node and node.is_folder else None
        return node

    def folder_of(self, path):
        head, _, name = path.rpartition("/")
        return self.find(head) if head else self.root, name

    def held(self, call):
        start, length = map(int, call.data.split(":"))
        return self.data[start:start + length]

    def apply(self, call):
        """Does what a call did; whether that changes what a power cut may leave."""
        if call.result < 0 or call.path.startswith("/"): return False
        if call.name == "openat" and call.asked & O_TMPFILE == O_TMPFILE:
            self.unnamed[call.path + "/#"] = Node(False)
            return False
        parent, name = self.folder_of(call.path)
        if call.path in self.unnamed:
            node = self.unnamed[call.path]
            if call.name.startswith("link"):
                other, new = self.folder_of(call.other)
                other.names[new] = node
            elif call.name in ("fsync", "held") and call.data:
                node.content = self.held(call)
            return True
        node = self.root if name in ("", ".") else parent.names.get(name) if parent else None
        if call.name in ("write", "pwrite64", "ftruncate"):
            if node: node.is_dirty = True
            return False
        if parent is None: return False
        if call.name in ("openat", "open", "creat"):
            if node is None: parent.names[name] = Node(False)
            elif call.asked & O_TRUNC: node.is_dirty = True
        elif call.name in ("mkdir", "mkdirat"):
            parent.names[name] = Node(True)
        elif call.name in ("unlink", "rmdir", "unlinkat"):
            parent.names.pop(name, None)
        elif call.name in ("rename", "renameat", "renameat2", "link", "linkat"):
            self.move(call, parent, name)
        elif call.name == "held":
            # Before a syncfs: what each file held.
            if node: node.content, node.is_dirty = self.held(call), False
            return False
        elif call.name == "syncfs":
            self.keep_names(self.root)
        elif call.name in ("fsync", "fdatasync") and node:
            if node.is_folder:
                node.durable_names = dict(node.names)
            elif call.data:
                node.content, node.is_dirty = self.held(call), False
        else:
            return False
        return True

    def keep_names(self, node):
        """Makes the names of a folder and of all below it durable."""
        node.durable_names = dict(node.names)
        for inner in node.names.values():
            if inner.is_folder: self.keep_names(inner)

    def move(self, call, parent, name):
        other, new = self.folder_of(call.other)
        node = parent.names.get(name)
        if other is None or node is None: return
        if call.name.startswith("link"):
            other.names[new] = node
        elif call.name == "renameat2" and call.asked & EXCHANGE:
            parent.names[name], other.names[new] = other.names[new], node
        else:
            del parent.names[name]
            other.names[new] = node

    def lay_out(self, folder, kind, chance):
        """Writes what a power cut leaves."""
        def lay(node, path):
            runs_ahead = kind == "names" or kind == "mixed" and chance.random() < 0.5
            if node.is_folder:
                os.makedirs(path, exist_ok=True)
                for name, inner in (node.names if runs_ahead else node.durable_names).items(): lay(inner, os.path.join(path, name))
            else:
                with open(path, "wb") as file: file.write(b"" if node.is_dirty and runs_ahead else node.content)
                os.chmod(path, 0o600)
        lay(self.root, str(folder))


def moments(lab, scenario):
    """Runs the scenario's command once and gives each call that changes what a power cut leaves, with the disk after it."""
    folder = lab.place("power")
    shutil.copytree(scenario.folder, folder, symlinks=True)
    before = Node.of(folder)
    data = lab.place("data")
    ended = lab.inject(folder, scenario.command, data=data)
    shutil.rmtree(folder)
    disk = Disk(before, data.read_bytes())
    data.unlink()
    for call in ended.calls:
        if disk.apply(call): yield call, disk


def states(lab, scenario, seed, stride=1, offset=0):
    """Every folder that a power cut may leave, of each `stride` moments one: in words, the folder, whether the run had ended."""
    disk = None
    for number, (call, disk) in enumerate(moments(lab, scenario)):
        if number % stride != offset: continue
        chance = random.Random(f"{seed} {number}")
        for kind in KINDS:
            folder = lab.place("cut")
            disk.lay_out(folder, kind, chance)
            yield f"{scenario.name}: power cut after {call.name} #{call.count} of {call.path} ({kind})", folder, False
    if offset or not disk: return
    for kind in KINDS:
        folder = lab.place("cut")
        disk.lay_out(folder, kind, random.Random(f"{seed} end"))
        yield f"{scenario.name}: power cut after the end ({kind})", folder, True
