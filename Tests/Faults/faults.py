"""Makes the disk, the clock and the power fail under tuowei, and counts what came of it: `faults.py PROGRAM [--sample]`.

The last line is `N injected, 0 lost, 0 diverged`. Lost: the store does not verify, or it or a report is neither the old nor the new.
Diverged: the same command again does not end in the bytes of an undisturbed run. Anything else that is wrong (a fault that was
planned and not tried, a crash, a failure without a message, a system call that the injector does not know) fails the run too.
"""
import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import ceilings
import cross_check
from crash_sweep import Sweep, Tally, run
from crowd import Crowd
from lab import Lab
from limits import Limits
from scenarios import prepare

# Second faults, for each scenario.
PAIRS = 120
# The power cuts of a scenario are so many pieces of work, in a whole sweep.
SLICES = 16
# Of a sample, one fault in so many.
SAMPLE = 71


def sweep_calls(lab, scenarios, stride, workers, tally):
    """The crash sweep, second faults, and power cuts."""
    sweep = Sweep(lab)
    work = []
    slices = max(1, SLICES // stride)
    for scenario in scenarios:
        planned, wrong = sweep.plan(scenario)
        tally.unclean += wrong
        firsts = [one for one in planned if one[2] in ("killed just before", "EIO from then on", "ENOSPC from then on")]
        work += [("attempt_pair", scenario, firsts, seed) for seed in range(max(1, PAIRS // stride))] if firsts else []
        work += [("attempt", *one) for one in planned[::stride]]
        work += [("cut_power", scenario, 11, stride * slices, stride * number) for number in range(slices)]
        print(f"{scenario.name}: {len(scenario.calls)} calls that change files, {len(planned)} faults", flush=True)
    for result in run(sweep, work, workers): tally.add(result)
    calls = sum(len(scenario.calls) for scenario in scenarios)
    print(f"{calls} calls in all; {sum(tally.injected.values())} faults tried", flush=True)


def check_limits(lab, scenarios, is_sample, workers, tally):
    """What the machine refuses, signals, the clock."""
    work = []
    for scenario in scenarios[-1:] if is_sample else scenarios:
        if not scenario.calls: continue
        kinds = [("read_only", scenario, scenario.calls[0]), ("small_files", scenario)]
        if is_sample:
            kinds += [("stopped", scenario, 3, 5)]
        else:
            kinds += [("few_descriptors", scenario), ("clock", scenario)] + [("stopped", scenario, 10, seed) for seed in range(4)]
        work += [("alone", *kind) for kind in kinds]
    for limits in run(Limits(lab), work, workers, at_once=1):
        for kind, count in limits.counts.items():
            tally.injected[("every command", kind)] += count
            outcome = "went on without it" if kind == "clock" else "refused or stopped, with a message"
            tally.outcomes[("every command", kind, outcome)] += count
        tally.lost += limits.lost
        tally.diverged += limits.diverged
        tally.unclean += limits.unclean


def check_crowd(lab, is_sample, tally):
    """Many at once."""
    crowd = Crowd(lab)
    for seed in range(1 if is_sample else 4): crowd.run(40 if is_sample else 120, seed)
    print("a crowd on one store: " + ", ".join(f"{count} {what}" for what, count in sorted(crowd.counts.items())), flush=True)
    tally.crowd = dict(crowd.counts)
    tally.injected[("many at once", "killed at random")] += crowd.counts["killed"]
    tally.outcomes[("many at once", "killed at random", "killed")] += crowd.counts["killed"]
    tally.lost += crowd.wrong


def check_witness(lab, scenarios, tally):
    """strace sees the same calls."""
    compared = 0
    for scenario in scenarios:
        words, count = cross_check.differences(lab, scenario)
        tally.untried += words
        compared += count
    print(f"strace counts the same {compared} calls", flush=True)


def check_ceilings(lab, is_sample, tally):
    """Open files and space beyond what stays."""
    tally.ceilings, wrong = ceilings.measure(lab, (1, 10) if is_sample else (1, 10, 100))
    tally.unclean += wrong
    for row in tally.ceilings:
        print(f"{row['events']} events: {row['descriptors']} open files, for a while {row['ingest_space']} bytes more for ingest and "
              f"{row['report_space']} for a report of {row['report']}", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program")
    arguments.add_argument("--sample", action="store_true", help="a small part of it, for every change")
    arguments.add_argument("--only", default="", help="scenarios whose name holds this")
    arguments.add_argument("--stride", type=int, help="every N-th fault of all")
    arguments.add_argument("--parts", default="calls,witness,limits,crowd,ceilings", help="which parts, separated by commas")
    arguments.add_argument("--write", help="write what came out into this file, as JSON")
    chosen = arguments.parse_args()
    # Whoever started this may have blocked signals, and what is started here inherits that.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    parts = chosen.parts.split(",")
    lab = Lab(chosen.program)
    workers = os.cpu_count() or 1
    stride = chosen.stride or (SAMPLE if chosen.sample else 1)
    began = time.monotonic()
    tally = Tally()
    try:
        scenarios = [scenario for scenario in prepare(lab) if chosen.only in scenario.name]
        if "calls" in parts: sweep_calls(lab, scenarios, stride, workers, tally)
        if "witness" in parts and not chosen.sample: check_witness(lab, scenarios, tally)
        if "limits" in parts: check_limits(lab, scenarios, chosen.sample, workers, tally)
        if "crowd" in parts: check_crowd(lab, chosen.sample, tally)
        if "ceilings" in parts: check_ceilings(lab, chosen.sample, tally)
    finally:
        lab.close()
    for title in ("lost", "diverged", "untried", "unclean"):
        for item in getattr(tally, title)[:40]: print(f"{title}: {item}")
    outcomes = Counter()
    for (_, _, outcome), count in tally.outcomes.items(): outcomes[outcome] += count
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())), f"in {time.monotonic() - began:.0f} s")
    if os.environ.get("FAULTS_MESSAGES"):
        for message in sorted(tally.messages): print("  " + message)
    injected = sum(tally.injected.values())
    if chosen.write: Path(chosen.write).write_text(json.dumps(tally.report(time.monotonic() - began, stride), ensure_ascii=False, indent=1) + "\n")
    print(f"{injected} injected, {len(tally.lost)} lost, {len(tally.diverged)} diverged")
    sys.exit(1 if tally.lost or tally.diverged or tally.untried or tally.unclean or not injected else 0)


if __name__ == "__main__":
    main()
