"""Many programs on one store and one report's folder, killed at random: one writer at a time, whole states for readers."""
import json
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter

from lab import tree

CASE, AS_OF = "mixed", "2025-12-31"
BUSY = re.compile(r"another tuowei is writing to this store \(process \d+ on \S+, (folding )?since \d{4}-\d\d-\d\dT[^)]*\)")


class Crowd:
    """What a crowd of processes did, and what was wrong with it."""

    def __init__(self, lab):
        self.lab = lab
        self.counts = Counter()
        self.wrong = []
        alone = lab.case(CASE)
        answers = lab.run(alone, ["ingest", "--pipeline", "pipeline.yaml", "--json"]).output.splitlines()
        names = [json.loads(answer)["archive"] for answer in answers]
        self.order = [next(str(path.relative_to(alone)) for path in alone.glob(f"*/{name}")) for name in names]
        shutil.rmtree(alone)

    def check(self, verb, status, errors, was_killed):
        """Whether a process ended as one of a crowd may."""
        if was_killed and status in (-signal.SIGKILL, -signal.SIGTERM):
            self.counts["killed"] += 1
        elif verb in ("ingest", "fold") and status == 2 and "another tuowei" in errors:
            self.counts["told to wait"] += 1
            if not BUSY.search(errors): self.wrong.append(f"the holder is not named: {errors.strip()}")
        elif status in (0, 3):
            self.counts[f"{verb} done"] += 1
        elif "there is no log" in errors or "there is no store" in errors:
            self.counts["too early"] += 1
        else:
            self.wrong.append(f"{verb} ends with {status}: {errors.strip()[-400:]}")

    def run(self, processes, seed, at_once=6):
        """Starts so many processes, some at once, and kills a third of them at random moments."""
        chance = random.Random(seed)
        folder = self.lab.case(CASE)
        archives = [name for name in self.order if (folder / name).exists()]
        pipeline = ["--pipeline", "pipeline.yaml"]
        living = []
        started = 0
        while started < processes or living:
            while started < processes and len(living) < at_once:
                verb = chance.choice(["ingest", "ingest", "ingest", "report", "report", "verify", "verify", "fold", "rejects"])
                command = [verb, *pipeline]
                # Always the first ones, so that the log comes out as a lone run's however far each process gets.
                if verb == "ingest" and chance.random() < 0.8: command += archives[:chance.randint(1, len(archives))]
                if verb == "report": command += ["--as-of", AS_OF, "--out", chance.choice(["out/one", "out/one", "out/another"])]
                errors = open(self.lab.place("errors"), "w+b")
                process = subprocess.Popen([self.lab.program, *command], cwd=folder, env=self.lab.environment(folder),
                                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
                started += 1
                dies = time.monotonic() + chance.expovariate(8) if chance.random() < 0.35 else None
                how = chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
                living.append([verb, process, errors, dies, how, False])
            for one in list(living):
                verb, process, errors, dies, how, was_killed = one
                if process.poll() is None:
                    if dies and time.monotonic() > dies:
                        process.send_signal(how)
                        one[3], one[5] = None, True
                    continue
                errors.seek(0)
                self.check(verb, process.returncode, errors.read().decode("utf-8", "replace"), was_killed)
                errors.close()
                living.remove(one)
            time.sleep(0.002)
        self.finish(folder)

    def finish(self, folder):
        """After the crowd has gone, one undisturbed run makes the report that a lone run makes, and leaves nothing beside it."""
        alone = self.lab.case(CASE)
        for place in (alone, folder):
            ended = self.lab.run(place, ["run", "--pipeline", "pipeline.yaml", "--as-of", AS_OF, "--out", "out/one"])
            if ended.status not in (0, 3): self.wrong.append(f"the last run ends with {ended.status}: {ended.errors}")
        if tree(alone / "out/store/log").get("checkpoint") != tree(folder / "out/store/log").get("checkpoint"):
            self.wrong.append("the log is not that of a lone run")
        tables = {name: value for name, value in tree(alone / "out/one").items() if name.endswith(".csv")}
        made = {name: value for name, value in tree(folder / "out/one").items() if name.endswith(".csv")}
        if made != tables: self.wrong.append("the tables are not those of a lone run")
        for report in ("out/one", "out/another"):
            if not (folder / report).exists(): continue
            ended = self.lab.run(folder, ["verify", "--pipeline", "pipeline.yaml", "--report", report])
            if ended.status != 0: self.wrong.append(f"{report} does not replay: {ended.errors.strip()[-300:]}")
        # A report into `another` removes what was left there; nothing may be left after both.
        self.lab.run(folder, ["report", "--pipeline", "pipeline.yaml", "--as-of", AS_OF, "--out", "out/another"])
        litter = [name for name in tree(folder / "out") if ".new-" in name or name.startswith("store/pending/")]
        litter += list(tree(folder / "tmp"))
        if litter: self.wrong.append(f"left behind: {litter[:5]}")
        shutil.rmtree(folder)
        shutil.rmtree(alone)
