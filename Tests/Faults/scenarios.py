"""The situations in which faults are injected: what stands before, which command runs, which states may stand after."""
import shutil
from dataclasses import dataclass, field

from lab import AS_OF, difference, tree

PIPELINE = ["--pipeline", "pipeline.yaml", "--threads", "1"]
OTHER_DAY = "2023-12-31"
REPORT = "out/reports/" + AS_OF


@dataclass
class Scenario:
    """A command run in a prepared folder. `old` and `new` are the whole folder before and after an undisturbed run."""
    name: str
    command: list
    folder: object
    old: dict = field(default_factory=dict)
    new: dict = field(default_factory=dict)
    status: int = 0
    # What mends it: the same command, where nothing else is said; and how it ends where there is nothing to mend.
    again: list = None
    again_status: int = 0
    # Beside the log and the report, the parts each of which must be as before or as after, whatever came between.
    others: tuple = ()
    calls: list = field(default_factory=list)


def part(tree_of_folder, path):
    """The part of a tree at a path: what it holds, without what is derived."""
    return {name: value for name, value in tree_of_folder.items() if name == path or name.startswith(path + "/")}


def contents(tree_of_folder):
    """A tree without its modes."""
    return {name: (0, content) for name, (_, content) in tree_of_folder.items()}


def head(tree_of_folder):
    """The store's published state: the digest of its checkpoint."""
    return tree_of_folder.get("out/store/log/checkpoint", (0, "none"))[1]


def archives(folder, *kept):
    """Leaves only these archives of the case's in the pipeline's folder."""
    for path in (folder / "archives").iterdir():
        if kept and not path.name.startswith(kept):
            path.rename(path.with_name("." + path.name))


def all_archives(folder):
    for path in list((folder / "archives").iterdir()):
        if path.name.startswith("."): path.rename(path.with_name(path.name[1:]))


def prepare(lab):
    """Every scenario with its states before and after, made by undisturbed runs."""
    found = []

    def undisturbed(folder, *arguments):
        ended = lab.run(folder, list(arguments))
        if ended.status != 0: raise RuntimeError(f"{arguments} ends with {ended.status}: {ended.errors}")

    def add(name, folder, command, **more):
        scenario = Scenario(name, command, folder, tree(folder), **more)
        scenario.again = scenario.again or command
        after = lab.place("after")
        shutil.copytree(folder, after)
        ended = lab.run(after, command)
        scenario.status = ended.status
        if ended.status not in (0, 3): raise RuntimeError(f"{name} ends with {ended.status}: {ended.errors}")
        scenario.new = tree(after)
        again = lab.run(after, scenario.again)
        scenario.again_status = again.status
        if difference(tree(after), scenario.new):
            raise RuntimeError(f"{name} done twice is not {name} done once: {difference(tree(after), scenario.new)}")
        shutil.rmtree(after)
        found.append(scenario)

    folder = lab.case()
    (folder / "keys").mkdir()
    add("make a key", folder, ["key", "new", "--pipeline", "pipeline.yaml", "--out", "keys/log.key"], others=("keys",))

    add("ingest into a new store", lab.case(), ["ingest", *PIPELINE])

    folder = lab.case()
    archives(folder, "births", "filings")
    undisturbed(folder, "ingest", *PIPELINE)
    all_archives(folder)
    add("ingest into a store", folder, ["ingest", *PIPELINE])

    folder = lab.case()
    undisturbed(folder, "ingest", *PIPELINE)
    add("fold", folder, ["fold", *PIPELINE, "--as-of", AS_OF])

    folder = lab.case()
    archives(folder, "births", "filings")
    undisturbed(folder, "ingest", *PIPELINE)
    undisturbed(folder, "fold", *PIPELINE, "--as-of", OTHER_DAY)
    all_archives(folder)
    undisturbed(folder, "ingest", *PIPELINE)
    add("fold what is new", folder, ["fold", *PIPELINE, "--as-of", AS_OF])

    folder = lab.case()
    undisturbed(folder, "ingest", *PIPELINE)
    undisturbed(folder, "fold", *PIPELINE)
    add("the first report", folder, ["report", *PIPELINE, "--as-of", AS_OF])
    # So few files are made durable by themselves.
    add("a first report of one table", folder, ["report", *PIPELINE, "--as-of", AS_OF, "--tables", "targets"])

    folder = lab.case()
    (folder / "keys").mkdir()
    undisturbed(folder, "key", "new", "--pipeline", "pipeline.yaml", "--out", "keys/log.key")
    undisturbed(folder, "ingest", *PIPELINE)
    add("sign a log", folder, ["ingest", *PIPELINE, "--key", "keys/log.key"])

    folder = lab.case()
    undisturbed(folder, "run", *PIPELINE, "--as-of", AS_OF, "--known-at", AS_OF)
    for name in ("notes.txt", "towns/remarks.txt"): (folder / REPORT / name).write_text("an analyst's own file\n")
    # Of few tables: what differs from the first report is how the one takes the other's place.
    add("a report over another", folder, ["report", *PIPELINE, "--as-of", AS_OF, "--tables", "coverage,findings,flows"])
    return found
