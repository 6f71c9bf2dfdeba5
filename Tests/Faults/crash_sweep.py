"""The crash sweep: every system call that changes a file fails, writes short, or comes too late, once and for good."""
import errno
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import get_context

from lab import difference, digest, tree
from power_loss import states
from scenarios import REPORT, contents, head, part

WRITES = {"write", "pwrite64"}
DURABLE = {"fsync", "fdatasync"}
INTERRUPTIBLE = WRITES | {"openat", "ftruncate", "fallocate"}
POWER_CUT = "power cut"
SECOND = "a second fault in the mending run"


def faults_of(call):
    """The faults that are tried at a call: name, the injector's words, sticky."""
    yield "EIO", f"error:{errno.EIO}", False
    yield "EIO from then on", f"error:{errno.EIO}", True
    if call.name != "close":
        yield "ENOSPC", f"error:{errno.ENOSPC}", False
        yield "ENOSPC from then on", f"error:{errno.ENOSPC}", True
        yield "killed just before", "kill", False
        yield "done, reported as failed", f"after:{errno.EIO}", False
    if call.name in WRITES and call.asked > 1: yield "short write", "short", False
    if call.name in INTERRUPTIBLE: yield "EINTR", f"error:{errno.EINTR}", False


@dataclass
class Result:
    """What came of one injection; empty lists where all is well."""
    scenario: str
    fault: str
    outcome: str = ""
    message: str = ""
    lost: list = field(default_factory=list)
    diverged: list = field(default_factory=list)
    untried: list = field(default_factory=list)
    unclean: list = field(default_factory=list)


class Sweep:
    """Tries faults in scenarios. Folders that come out the same are verified and mended once."""

    def __init__(self, lab):
        self.lab = lab
        self.verified = {}
        self.mended = {}

    def plan(self, scenario):
        """The calls of an undisturbed run, each with its faults, and what the plan itself shows to be wrong."""
        folder = self.fresh(scenario)
        ended = self.lab.inject(folder, scenario.command)
        if ended.status != scenario.status or difference(tree(folder), scenario.new):
            raise RuntimeError(f"{scenario.name}: under the injector it ends otherwise: {ended.status} {ended.errors}")
        shutil.rmtree(folder)
        scenario.calls = [call for call in ended.calls if call.name != "unknown"]
        wrong = [f"{scenario.name}: system call {call.path} is not known to the injector" for call in ended.calls if call.name == "unknown"]
        wrong += [f"{scenario.name}: {call.name}, a call to the network" for call in scenario.calls if call.name in NETWORK]
        return [(scenario, call, *fault) for call in scenario.calls for fault in faults_of(call)], wrong

    def fresh(self, scenario):
        folder = self.lab.place("try")
        shutil.copytree(scenario.folder, folder, symlinks=True)
        return folder

    def attempt(self, scenario, call, name, fault, sticky):
        """One fault in one run, and the run that mends it."""
        result = Result(scenario.name, name)
        what = f"{scenario.name}: {name} at {call.name} #{call.count} of {call.path}"
        folder = self.fresh(scenario)
        try:
            ended = self.lab.inject(folder, scenario.command, at=call.key, fault=fault, sticky=sticky)
            if ended.was_injected:
                self.judge(what, scenario, folder, ended, fault, result)
                self.check_durability(what, call, ended, result)
            else:
                result.untried.append(what)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return [result]

    def attempt_pair(self, scenario, firsts, seed):
        """A fault, then another one in the run that mends the first, then the command undisturbed. Where the first one, chosen by chance,
        leaves nothing to mend, another one is chosen; nothing is tried where each of a dozen
        leaves nothing."""
        chance = random.Random(seed)
        for _ in range(12):
            result = self.attempt_second(scenario, chance.choice(firsts), chance)
            if result: return [result]
        return []

    def attempt_second(self, scenario, first, chance):
        result = Result(scenario.name, SECOND)
        _, call, name, fault, sticky = first
        what = f"{scenario.name}: {name} at {call.name} #{call.count} of {call.path}"
        folder = self.fresh(scenario)
        try:
            self.lab.inject(folder, scenario.command, at=call.key, fault=fault, sticky=sticky)
            probe = self.lab.place("probe")
            shutil.copytree(folder, probe, symlinks=True)
            made = [one for one in self.lab.inject(probe, scenario.command).calls if one.name not in ("unknown", "close")]
            shutil.rmtree(probe)
            if not made: return None
            target = chance.choice(made)
            second, fault, sticky = chance.choice(list(faults_of(target)))
            what += f", then {second} at {target.name} #{target.count} of {target.path}"
            ended = self.lab.inject(folder, scenario.command, at=target.key, fault=fault, sticky=sticky)
            if ended.was_injected:
                self.judge(what, scenario, folder, ended, fault, result)
            else:
                result.untried.append(what)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return result

    def judge(self, what, scenario, folder, ended, fault, result):
        """What must hold after a fault: the store is whole, it and the report are the old or the new, and the next run mends the rest."""
        if ended.status in (1, 2):
            result.outcome = "refused, with a message"
            result.message = ended.errors.strip()
            if not result.message: result.unclean.append(f"{what}: no message")
        elif ended.status < 0:
            result.outcome = "killed"
            if fault != "kill": result.unclean.append(f"{what}: crashed with signal {-ended.status}: {ended.errors[-300:]}")
        else:
            result.outcome = "went on without it"
        after = tree(folder)
        if head(after) not in (head(scenario.old), head(scenario.new)): result.lost.append(f"{what}: a third head of the log")
        for place in (REPORT, *scenario.others):
            if part(after, place) not in (part(scenario.old, place), part(scenario.new, place)):
                result.lost.append(f"{what}: a third {place}: {difference(part(scenario.new, place), part(after, place))}")
        # Told that all is done, it must be.
        if ended.status == scenario.status and (
                head(after) != head(scenario.new) or any(part(after, one) != part(scenario.new, one) for one in (REPORT, *scenario.others))):
            result.lost.append(f"{what}: it said that it was done, and it was not")
        self.verify(what, folder, after, result)
        self.mend(what, scenario, folder, after, result)

    def verify(self, what, folder, after, result):
        key = digest(part(after, "out/store"))
        if key not in self.verified:
            ended = self.lab.run(folder, ["verify", "--pipeline", "pipeline.yaml"])
            is_empty = head(after) == "none"
            is_sound = ended.status == 0 if not is_empty else ended.status == 1 and ("there is no log" in ended.errors or "there is no store" in ended.errors)
            self.verified[key] = "" if is_sound else ended.errors.strip()
        if self.verified[key]: result.lost.append(f"{what}: the store does not verify: {self.verified[key]}")

    def mend(self, what, scenario, folder, after, result):
        """The same command again: it must end as if nothing had been."""
        key = (scenario.name, digest(after))
        if key not in self.mended:
            again = self.lab.run(folder, scenario.again)
            words = difference(scenario.new, tree(folder)) if again.status in (scenario.status, scenario.again_status) else again.errors.strip()
            self.mended[key] = f"it ends with {again.status}: {words}" if words else ""
        if self.mended[key]: result.diverged.append(f"{what}: run again, {self.mended[key]}")

    def judge_power_cut(self, what, scenario, folder, has_ended):
        """What must hold after a power cut. Modes are those of making and are left out."""
        result = Result(scenario.name, POWER_CUT, "mended by the next run")
        after = contents(tree(folder))
        old, new = contents(scenario.old), contents(scenario.new)
        if head(after) not in (head(old), head(new)): result.lost.append(f"{what}: a third head of the log")
        for place in (REPORT, *scenario.others):
            allowed = (part(new, place),) if has_ended else (part(old, place), part(new, place))
            if part(after, place) not in allowed:
                result.lost.append(f"{what}: {'not the new' if has_ended else 'a third'} {place}: {difference(part(new, place), part(after, place))}")
        if has_ended and head(after) != head(new): result.lost.append(f"{what}: what was said to be done is gone")
        self.verify(what, folder, after, result)
        key = (scenario.name, "power", digest(after))
        if key not in self.mended:
            again = self.lab.run(folder, scenario.again)
            words = difference(new, contents(tree(folder))) if again.status in (scenario.status, scenario.again_status) else again.errors.strip()
            self.mended[key] = f"it ends with {again.status}: {words}" if words else ""
        if self.mended[key]: result.diverged.append(f"{what}: run again, {self.mended[key]}")
        shutil.rmtree(folder, ignore_errors=True)
        return result

    def cut_power(self, scenario, seed, stride, offset):
        """Cuts the power at every so-many-th moment of a run."""
        return [self.judge_power_cut(what, scenario, folder, has_ended)
                for what, folder, has_ended in states(self.lab, scenario, seed, stride, offset)]

    def check_durability(self, what, call, ended, result):
        """A file that could not be made durable is given up: it is not made durable again, and nothing is published after it."""
        if call.name not in DURABLE or ended.status < 0: return
        place = next((i for i, one in enumerate(ended.calls) if one.key == call.key and one.result < 0), None)
        if place is None: return
        later = ended.calls[place + 1:]
        if any(one.name in DURABLE and one.path == call.path for one in later):
            result.lost.append(f"{what}: fsync was tried again on the same file")
        published = [one for one in later if one.name.startswith("rename") and one.result == 0 and one.other.endswith(("log/checkpoint", REPORT))]
        if published: result.lost.append(f"{what}: published all the same")


NETWORK = {"socket", "socketpair", "bind", "connect", "listen", "accept", "accept4", "sendto", "sendmsg"}
_doer, _work = None, None


def _begin(doer, work):
    global _doer, _work
    _doer, _work = doer, work


def _do(number):
    kind, *arguments = _work[number]
    return getattr(_doer, kind)(*arguments)


def run(doer, work, workers, at_once=16):
    """Does all of the work, each a method of the doer with its arguments, in processes of their own; results as they come."""
    # What is to be done reaches the processes as they are forked, and only numbers are sent to them. Neighbours come out alike, so each
    # process takes them in stretches and finds most folders verified and mended already.
    with get_context("fork").Pool(workers, _begin, (doer, work)) as pool:
        for results in pool.imap_unordered(_do, range(len(work)), chunksize=at_once): yield from results
        # Let the processes end by themselves: one that is ended while it holds the queue's lock would leave the others waiting.
        pool.close()
        pool.join()


class Tally:
    """What was injected and what came of it."""

    def __init__(self):
        self.injected = Counter()
        self.outcomes = Counter()
        self.lost, self.diverged, self.untried, self.unclean = [], [], [], []
        self.messages = {}
        self.crowd = {}
        self.ceilings = []

    def report(self, seconds, stride):
        """All of it as plain values."""
        rows = Counter()
        for (_, fault), count in self.injected.items(): rows[fault] += count
        outcomes = {}
        for (_, fault, outcome), count in self.outcomes.items():
            outcomes.setdefault(fault, Counter())[outcome] += count
        return {"seconds": round(seconds), "stride": stride, "injected": sum(rows.values()), "faults": dict(rows),
                "outcomes": {fault: dict(counts) for fault, counts in outcomes.items()}, "crowd": self.crowd, "ceilings": self.ceilings,
                "lost": len(self.lost), "diverged": len(self.diverged)}

    def add(self, result):
        if not result.untried:
            self.injected[(result.scenario, result.fault)] += 1
            if not result.lost and not result.diverged: self.outcomes[(result.scenario, result.fault, result.outcome)] += 1
        if result.message: self.messages.setdefault(result.message.splitlines()[-1], result.scenario)
        self.lost += result.lost
        self.diverged += result.diverged
        self.untried += result.untried
        self.unclean += result.unclean
