"""The bench on which faults are injected: a case's folder, the program, the injector, and what a folder holds."""
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES = HERE.parent / "CommandLineTests" / "Conformance"
AS_OF = "2024-06-30"
# A run that takes longer hangs.
PATIENCE = 300


@dataclass(frozen=True)
class Call:
    """A system call of a trace."""
    name: str
    path: str
    other: str
    count: int
    asked: int
    result: int
    inode: str
    data: str

    @property
    def key(self):
        return (self.name, self.path, self.count)


@dataclass
class Ended:
    """How a run ended: `status` is the exit status, or minus the signal."""
    status: int
    output: str
    errors: str
    calls: list
    was_injected: bool


class Lab:
    """The program under test, the injector built from `inject.c`, and a folder for scratch."""

    def __init__(self, program):
        self.program = str(Path(program).resolve())
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.scratch = Path(tempfile.mkdtemp(prefix="tuowei-faults-", dir=memory))
        self.injector = self.scratch / "inject"
        compiler = os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang") or "cc"
        subprocess.run([compiler, "-O1", "-o", str(self.injector), str(HERE / "inject.c")], check=True)
        self.made = 0

    def close(self):
        shutil.rmtree(self.scratch, ignore_errors=True)

    def place(self, name):
        """A path for a new folder."""
        self.made += 1
        return self.scratch / f"{name}-{os.getpid()}-{self.made}"

    def case(self, name="tiny"):
        """A fresh copy of a contract's case, with a folder `tmp` for temporary files."""
        folder = self.place(name)
        shutil.copytree(CASES / name, folder, ignore=shutil.ignore_patterns("expected", "*.md"))
        (folder / "tmp").mkdir()
        return folder

    def environment(self, folder, **more):
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LD_LIBRARY_PATH") if key in os.environ}
        return {**kept, "TMPDIR": str(folder / "tmp"), **more}

    def run(self, folder, arguments, **more):
        """Runs the program as its users do."""
        done = subprocess.run([self.program, *arguments], cwd=folder, env=self.environment(folder, **more), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
        return Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"), [], False)

    def inject(self, folder, arguments, at=None, fault=None, sticky=False, reads=False, data=None):
        """Runs the program under the injector; with `at` (a call's key) and `fault`, makes that call fail."""
        trace = self.place("trace")
        command = [str(self.injector), "--root", str(folder), "--trace", str(trace)]
        if at: command += ["--at", at[0], at[1], str(at[2]), "--fault", fault]
        if sticky: command.append("--sticky")
        if reads: command.append("--reads")
        if data: command += ["--data", str(data)]
        done = subprocess.run([*command, "--", self.program, *arguments], cwd=folder, env=self.environment(folder),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
        if done.returncode != 0: raise RuntimeError(f"the injector failed: {done.stderr.decode()}")
        calls, status, was_injected = read_trace(trace)
        trace.unlink()
        return Ended(status, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"), calls, was_injected)


def read_trace(path):
    calls, status, was_injected = [], None, False
    for line in path.read_text("utf-8", "surrogateescape").splitlines():
        if line == "injected":
            was_injected = True
        elif line.startswith("exit "):
            status = int(line[5:])
        elif line.startswith("signal "):
            status = -int(line[7:])
        else:
            name, file, other, count, asked, result, inode, data = line.split("\t")
            calls.append(Call(name, file, other, int(count), int(asked), int(result), inode, data))
    if status is None: raise RuntimeError("the trace has no end")
    return calls, status, was_injected


def tree(folder, leave_out=()):
    """What a folder holds: path to mode and digest of each file and folder below it; an empty dict where there is none."""
    found = {}
    for base, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(base, name)
            short = os.path.relpath(path, folder)
            if any(short == left or short.startswith(left + "/") for left in leave_out): continue
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file: held = file.read()
                # A new key is another one each time; what counts is that it is whole.
                is_key = short.startswith("keys/") and held.startswith(b"PRIVATE+KEY+") and held.endswith(b"\n")
                content = "a key" if is_key else hashlib.sha256(held).hexdigest()
            else:
                content = "folder" if stat.S_ISDIR(status.st_mode) else os.readlink(path)
            found[short] = (stat.S_IMODE(status.st_mode), content)
    return found


def digest(tree_of_folder):
    """One number for all that a tree says."""
    return hashlib.sha256(repr(sorted(tree_of_folder.items())).encode("utf-8", "surrogateescape")).hexdigest()


def difference(left, right):
    """The first path in which two trees differ, in words; empty where they are equal."""
    for path in sorted(set(left) | set(right)):
        if left.get(path) != right.get(path):
            how = "is missing" if path not in left else "should not be there" if path not in right else "has other content or mode"
            return f"{path} {how}"
    return ""
