"""What the machine refuses: small files, few descriptors, folders that cannot be written to, a clock that jumps, signals."""
import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections import Counter

from lab import difference, tree
from scenarios import PIPELINE, REPORT, head, part


# Rights do not bind root; without these capabilities they do.
AS_OTHERS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-dac_override,-dac_read_search")


class Limits:
    """Runs under limits, and what was wrong with them."""

    def __init__(self, lab):
        self.lab = lab
        self.counts = Counter()
        self.lost, self.diverged, self.unclean = [], [], []

    def alone(self, kind, *arguments):
        """What comes of one kind of limit by itself, for a process of its own."""
        limits = Limits(self.lab)
        getattr(limits, kind)(*arguments)
        return [limits]

    def fresh(self, scenario):
        folder = self.lab.place("limit")
        shutil.copytree(scenario.folder, folder, symlinks=True)
        return folder

    def judge(self, what, kind, scenario, folder, status, errors, must_refuse=False):
        """What must hold after a run that was refused something; then the same command without the limit."""
        self.counts[kind] += 1
        if status in (1, 2) and not errors.strip(): self.unclean.append(f"{what}: no message")
        if status not in (1, 2, scenario.status): self.unclean.append(f"{what}: ends with {status}: {errors.strip()[-300:]}")
        if must_refuse and status == scenario.status: self.unclean.append(f"{what}: it was not refused")
        self.whole(what, scenario, folder)
        again = self.lab.run(folder, scenario.again)
        words = difference(scenario.new, tree(folder)) if again.status in (scenario.status, scenario.again_status) else again.errors.strip()
        if words: self.diverged.append(f"{what}: run again, it ends with {again.status}: {words}")
        shutil.rmtree(folder, ignore_errors=True)

    def whole(self, what, scenario, folder):
        after = tree(folder)
        if head(after) not in (head(scenario.old), head(scenario.new)): self.lost.append(f"{what}: a third head of the log")
        if part(after, REPORT) not in (part(scenario.old, REPORT), part(scenario.new, REPORT)): self.lost.append(f"{what}: a third report")
        if head(after) != "none":
            ended = self.lab.run(folder, ["verify", "--pipeline", "pipeline.yaml"])
            if ended.status != 0: self.lost.append(f"{what}: the store does not verify: {ended.errors.strip()}")

    def start(self, folder, command, prefix=(), **limits):
        """Starts a run under limits of the system."""
        def limit():
            for name, value in limits.items(): resource.setrlimit(getattr(resource, name), (value, value))
        return subprocess.Popen([*prefix, self.lab.program, *command], cwd=folder, env=self.lab.environment(folder), preexec_fn=limit,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def small_files(self, scenario):
        """RLIMIT_FSIZE: no file may grow beyond so many bytes."""
        for size in (0, 1, 50, 200, 1000, 2000, 4096, 20000, 60000):
            folder = self.fresh(scenario)
            process = self.start(folder, scenario.command, RLIMIT_FSIZE=size)
            _, errors = process.communicate(timeout=120)
            self.judge(f"{scenario.name}: files of at most {size} bytes", "RLIMIT_FSIZE", scenario, folder, process.returncode,
                       errors.decode("utf-8", "replace"))

    def few_descriptors(self, scenario):
        """RLIMIT_NOFILE: from what no run can do with to what is plenty."""
        for count in (4, 6, 8, 10, 12, 16):
            folder = self.fresh(scenario)
            process = self.start(folder, scenario.command, RLIMIT_NOFILE=count)
            _, errors = process.communicate(timeout=120)
            # The loader itself needs a few, and says so in its own words.
            status = 2 if process.returncode == 127 else process.returncode
            self.judge(f"{scenario.name}: {count} descriptors", "RLIMIT_NOFILE", scenario, folder, status, errors.decode("utf-8", "replace"))

    def read_only(self, scenario, first):
        """A file system that refuses every change, from the first call on; and folders without the right to write."""
        folder = self.fresh(scenario)
        ended = self.lab.inject(folder, scenario.command, at=first.key, fault=f"error:{errno.EROFS}", sticky=True)
        self.judge(f"{scenario.name}: read-only file system", "read-only", scenario, folder, ended.status, ended.errors, must_refuse=True)
        for place in ("out", "out/store", "out/store/log", "out/store/pending", "out/reports"):
            folder = self.fresh(scenario)
            if not (folder / place).is_dir(): continue
            os.chmod(folder / place, 0o555)
            process = self.start(folder, scenario.command, AS_OTHERS if os.geteuid() == 0 else ())
            _, errors = process.communicate(timeout=120)
            os.chmod(folder / place, stat_of(scenario.folder / place))
            self.judge(f"{scenario.name}: read-only {place}", "read-only", scenario, folder, process.returncode, errors.decode("utf-8", "replace"))

    def clock(self, scenario):
        """A clock far in the past, far in the future, and one that goes back at every look: no byte of what is made depends on it."""
        for what, fake in (("says 1999", ["1999-01-01 00:00:00"]), ("says 2120", ["2120-01-01 00:00:00"]),
                           ("goes back three seconds at every look", ["-f", "@2025-06-01 00:00:00 i-3.0"])):
            folder = self.fresh(scenario)
            process = self.start(folder, scenario.command, ("faketime", *fake))
            _, errors = process.communicate(timeout=120)
            what = f"{scenario.name}: the clock {what}"
            words = difference(scenario.new, tree(folder))
            if process.returncode != scenario.status: self.unclean.append(f"{what}: ends with {process.returncode}: {errors.decode()}")
            elif words: self.diverged.append(f"{what}: {words}")
            self.counts["clock"] += 1
            shutil.rmtree(folder)

    def stopped(self, scenario, tries, seed):
        """SIGTERM, SIGINT and SIGHUP at random moments: the old or the new at once, and nothing beside it."""
        chance = random.Random(seed)
        began = time.monotonic()
        folder = self.fresh(scenario)
        process = self.start(folder, scenario.command)
        process.communicate(timeout=120)
        lasts = time.monotonic() - began
        shutil.rmtree(folder)
        for _ in range(tries):
            folder = self.fresh(scenario)
            process = self.start(folder, scenario.command)
            time.sleep(chance.uniform(0, lasts))
            number = chance.choice([signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
            process.send_signal(number)
            _, errors = process.communicate(timeout=120)
            errors = errors.decode("utf-8", "replace")
            what = f"{scenario.name}: {number.name}"
            if process.returncode == -number:
                # Before the program has begun to listen, the signal has its plain effect and there is nothing to say.
                if errors and "stopped by " + number.name not in errors: self.unclean.append(f"{what}: {errors.strip()}")
                left = files(tree(folder))
                if left not in (files(scenario.old), files(scenario.new)):
                    self.unclean.append(f"{what}: it leaves {difference(files(scenario.old), left)}")
                status = 2 if errors else scenario.status
            else:
                status = process.returncode
            self.judge(what, "SIGTERM, SIGINT, SIGHUP", scenario, folder, status, errors or "none")


def files(tree_of_folder):
    """The files of a tree that hold something of their own: neither folders nor the store's lock."""
    return {name: value for name, value in tree_of_folder.items() if value[1] != "folder" and name != "out/store/lock"}


def stat_of(path):
    return os.stat(path).st_mode & 0o7777
