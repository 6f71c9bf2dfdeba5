"""What both peers are given: the pipeline's settings, the month ends, the archives' entries as files."""

import datetime
import pathlib
import subprocess
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import yaml

LOGS = ("births", "enrollments", "filings", "subsidies")
UNASSIGNED_NAME = "未归属"


class District:
    """The settings of a pipeline file, as far as coverage.csv and timeline.csv need them."""

    def __init__(self, pipeline, as_of):
        path = pathlib.Path(pipeline)
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        self.code = document["district"]["code"]
        self.name = document["district"]["name"]
        self.communities = str(path.parent / document["communities"])
        self.population = str(path.parent / document["population"])
        self.archives = sorted(
            (file for pattern in document["archives"] for file in path.parent.glob(pattern)), key=lambda file: file.name.encode())
        self.intent = {band: int(Decimal(share) * 10_000) for band, share in document["intent"].items()}
        self.planning_norm = int(Decimal(document.get("planning_norm", "4.5")) * 10_000)
        self.as_of = datetime.date.fromisoformat(as_of)
        self.cuts = month_ends(datetime.date.fromisoformat(document["from"]), self.as_of)
        # The first day on or after which an event shows at cut i is a matter of months alone.
        self.base_month = self.cuts[0].year * 12 + self.cuts[0].month


def month_ends(first, last):
    """The month ends from `first` to `last`, and `last`."""
    cuts = []
    year, month = first.year, first.month
    while True:
        following = datetime.date(year + month // 12, month % 12 + 1, 1)
        end = following - datetime.timedelta(days=1)
        if end > last:
            break
        if end >= first:
            cuts.append(end)
        year, month = following.year, following.month
    if not cuts or cuts[-1] != last:
        cuts.append(last)
    return cuts


def unpack(archives, folder):
    """Unpacks the archives, two at a time, and returns the entries of each log in the order of the archives."""
    folder = pathlib.Path(folder)

    def one(place_and_archive):
        place, archive = place_and_archive
        target = folder / f"{place:04}"
        target.mkdir(parents=True)
        subprocess.run(["bsdtar", "-xf", str(archive), "-C", str(target)], check=True)
        return target

    with ThreadPoolExecutor(2) as pool:
        targets = list(pool.map(one, enumerate(archives)))
    return {log: [str(file) for target in targets for file in sorted(target.glob(f"{log}*.ndjson"))] for log in LOGS}
