"""Small worlds full of trouble, as cases of the conformance kind: few subjects, many events on the same days, voids, late and doubled
events, lines that break every form, in archives of every kind. The same seed writes the same events."""

import bz2
import csv
import datetime
import gzip
import io
import json
import lzma
import random
import subprocess
import tarfile
import zipfile

from lines import CLASSES, FORMS, LOGS, SCHEMES, TYPES

CITIZEN = ("00000020200229002", "00000020210315018")


def citizen(stem):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return stem + "10X98765432"[sum(int(d) * w for d, w in zip(stem, weights)) % 11]


class Worlds:
    def __init__(self, seed):
        self.r = random.Random(seed)
        r = self.r
        self.towns = [f"3206121{n:02}" for n in sorted(r.sample(range(1, 30), r.randint(1, 4)))]
        self.communities = []
        for town in self.towns:
            for n in sorted(r.sample(range(1, 60), r.randint(1, 4))):
                at = (f"{121 + r.randint(0, 900) / 10000:.{r.choice((3, 6))}f}", f"{32 + r.randint(0, 900) / 10000:.4f}")
                self.communities.append((f"{town}{n:03}", r.choice(["甲村", 'a "b", c', "=1+1", "社区"]) + str(n), town, f"镇{town[-2:]}",
                                         *(at if r.random() < 0.8 else ("", ""))))
        self.codes = [c[0] for c in self.communities] + ["320612999999"] * r.randint(0, 1) + [f"{self.towns[0]}998"] * r.randint(0, 1)
        self.span = r.choice([40, 400, 1500])
        self.start = datetime.date(2020 + r.randint(0, 3), r.randint(1, 12), r.randint(1, 28))
        self.edges = [self.start + datetime.timedelta(days=r.randint(0, self.span)) for _ in range(6)]
        self.children = [f"c{n}" for n in range(r.randint(2, 14))]
        self.facilities = [f"F{n}" for n in range(r.randint(1, 6))]
        self.grants = [f"g{n}" for n in range(r.randint(1, 6))]
        self.count = r.choice([30, 120, 400])
        self.ids = {log: [] for log in LOGS}

    def day(self):
        r = self.r
        day = r.choice(self.edges) + datetime.timedelta(days=r.choice([0, 0, 0, 1, -1, 28, 29, r.randint(-40, 40)])) \
            if r.random() < 0.6 else self.start + datetime.timedelta(days=r.randint(0, self.span))
        if r.random() < 0.15:  # a month's end or a leap day
            day = r.choice([datetime.date(2024, 2, 29), (day.replace(day=1) - datetime.timedelta(days=1)), day.replace(day=1)])
        return day

    def recorded(self, day):
        r = self.r
        late = r.choice([0, 0, 0, 1, 30, 200]) if r.random() < 0.8 else r.randint(-10, 500)
        at = datetime.datetime.combine(day + datetime.timedelta(days=late), datetime.time(r.choice([0, 8, 15, 16, 23]), r.choice([0, 59]), r.choice([0, 59])))
        fraction = r.choice(["", "", "", ".5", ".123456", ".1234567", ".999999999"])
        return at.strftime("%Y-%m-%dT%H:%M:%S") + fraction + r.choice(["+08:00", "+08:00", "Z", "-00:00", "z", "+05:30", "-11:00"])

    def value(self, name, kind, day):
        r = self.r
        if name == "child":
            return r.choice(self.children)
        if name == "facility":
            return r.choice(self.facilities + (["Fnone"] if r.random() < 0.1 else []))
        if name == "grant":
            return r.choice(self.grants)
        if name == "community":
            return r.choice(self.codes)
        if name == "born_on":
            return (day - datetime.timedelta(days=r.choice([0, 1, 28, 29, 180, 365, 366, 1095, 1096, r.randint(0, 1300)]))).isoformat()
        if name in CLASSES:
            return r.choice([0, 0, 1, 3, 10, 20])
        if name == "caregivers":
            return r.choice([0, 1, 2, 5])
        if name == "indoor_m2":
            return r.choice(["0", "100", "99.5", "120.25", "0.01", "333.30"])
        if name == "amount":
            return r.choice(["100", "12000.50", "0.01", "50.5", "1000000000", "99.99", "30"])
        if name in ("longitude", "latitude"):
            return f"{(121 if name == 'longitude' else 32) + r.randint(0, 900) / 10000:.{r.choice((2, 4, 12))}f}"
        if name == "valid_until":
            return (day + datetime.timedelta(days=r.choice([-1, 0, 1, 30, 365]))).isoformat()
        if name == "name":
            return r.choice(["苗苗托育", "=cmd|' /C calc'!A0", 'say "hi", ok', "<b>x</b>", "阳光𠮷屋"])
        if name == "reason":
            return r.choice(["补正", "moved, far", 'x"y', "a" * 200])
        if name == "receipt":
            return r.choice(["R-1", "R:2", "r.3_x"])
        if name == "target":
            raise AssertionError
        words = {"registrar": ("institution", "civil_affairs", "market"), "form": FORMS, "level": ("province", "city", "district"),
                 "kind": ("fire", "hygiene", "food"), "result": ("pass", "rectify", "fail"), "class": CLASSES,
                 "mode": ("full_day", "half_day", "hourly"), "scheme": SCHEMES}
        return r.choice(words[name])

    def event(self, log):
        """A good event as a dictionary of texts and numbers."""
        r = self.r
        weights = {"birth_registered": 4, "child_moved_in": 3, "facility_registered": 4, "capacity_set": 3, "filing_accepted": 3,
                   "child_enrolled": 4, "subsidy_granted": 4, "event_voided": 1}
        kinds = list(TYPES[log])
        kind = r.choices(kinds, [weights.get(k, 2) for k in kinds])[0]
        day = self.day()
        number = len(self.ids[log])
        event_id = r.choice(["e", "E", "z-", "0:", "_."]) + str(number) if r.random() < 0.9 else "x" * r.choice([1, 63]) + str(number)
        event = {"event_id": event_id[-64:], "type": kind, "occurred_on": day.isoformat(), "recorded_at": self.recorded(day)}
        for name, _, required in TYPES[log][kind]:
            if kind == "event_voided" and name == "target":
                event[name] = r.choice(self.ids[log][-40:] + ["nothing", event["event_id"]])
            elif kind == "subsidy_granted" and name in ("facility", "child"):
                continue
            elif required or r.random() < 0.6:
                event[name] = self.value(name, kind, day)
        if kind == "subsidy_granted":
            one = r.choice(["facility", "child"])
            event[one] = self.value(one, kind, day)
        if "longitude" in event or "latitude" in event:
            for name in ("longitude", "latitude"):
                event.setdefault(name, self.value(name, kind, day))
        self.ids[log].append(event["event_id"])
        return event

    def spoiled(self, event):
        """The event with one form broken, or a part missing."""
        r = self.r
        event = dict(event)
        name = r.choice(list(event))
        choices = ["", None, "9" * 200, "2023-02-30", "1899-12-31", "2200-01-01", "0000-01-01", " " + str(event[name]), str(event[name]) + " ",
                   "-1", "01", "1.5", "1e3", "+3", "٣", "１２", "\u0001", "a\nb", "x" * 65, "x" * 201, "é", citizen(CITIZEN[0]),
                   "No:" + citizen(CITIZEN[1]).lower() + "/", "1" + citizen(CITIZEN[0]), "2024-01-01T24:00:00Z", "2024-01-01T00:00:60Z",
                   "2024-01-01T00:00:00", "2024-1-1", "no_such_word", "320612101001 ", "32061210100", True, [1], {"a": 1}, 5, 1.25, -0.0]
        choice = r.choice(choices)
        if choice is None or r.random() < 0.15:
            event.pop(name)
        else:
            event[name] = choice
        if r.random() < 0.1:
            event.pop(r.choice(list(event)), None)
        return event

    # Lines

    def ndjson(self, event, strict=True):
        r = self.r
        members = list(event.items())
        if r.random() < 0.4:
            r.shuffle(members)
        if r.random() < 0.1:
            members.insert(r.randint(0, len(members)), ("其他", r.choice([None, [1, {"a": []}], True, "x", -1.5e10])))
        if r.random() < 0.05:
            members.append(("receipt", None))
        parts = []
        for name, value in members:
            if isinstance(value, (int, str)) and not isinstance(value, bool) and str(value).replace(".", "", 1).isdigit() and r.random() < 0.5 \
                    and name in (*CLASSES, "caregivers", "amount", "indoor_m2", "longitude", "latitude") and str(value).isascii() \
                    and (not str(value).startswith("0") or str(value)[:2] in ("0", "0.")) and not str(value).startswith("."):
                text = str(value) if not str(value).endswith(".") else json.dumps(value)
            else:
                text = json.dumps(value, ensure_ascii=r.random() < 0.3)
            if isinstance(value, str) and value and r.random() < 0.05 and value[0].isalnum() and value[0].isascii() and text.startswith('"'):
                text = f'"\\u{ord(value[0]):04{r.choice("xX")}}{text[2:]}'
            space = r.choice(["", "", "", " ", "\t "])
            parts.append(f"{json.dumps(name, ensure_ascii=r.random() < 0.2)}{space}:{space}{text}")
        line = r.choice(["", "", " "]) + "{" + ",".join(parts) + "}" + r.choice(["", "", " "])
        if not strict:
            line = r.choice([line[:-1], line + "x", "[" + line + "]", line.replace(":", "::", 1), line.replace('"', "'", 2), line + line, "null", "{}",
                             line[:-1] + ',"type":"x"}', line.replace("{", '{"a":NaN,', 1), line.replace("{", '{"a":"\\ud800",', 1),
                             line.replace("{", '{"a":01,', 1), line.replace("{", '{"a":"\t",', 1), line.replace("{", '{"a":{"b":1,"b":2},', 1),
                             line.replace("{", '{"a":"' + "y" * 66_000 + '",', 1), line.replace("{", '{"a":' + "[" * 150 + "]" * 150 + ",", 1),
                             line.replace("{", '{"a":1.,', 1), line.replace("{", '{"a":"\\x41",', 1), "\ufeff" + line, line.replace("{", '{"a":-,', 1)])
        return line

    def csv_line(self, cells, strict=True):
        r = self.r
        out = []
        for cell in cells:
            cell = str(cell)
            out.append('"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"') or r.random() < 0.1 else cell)
        line = ",".join(out)
        if not strict:
            line = r.choice([line + ",", '"' + line, line + '"x', 'a"' + line, line.rsplit(",", 1)[0], line + "z" * 66_000, '"a"b,' + line])
        return line

    def entry(self, log, form, encoding, fields, values):
        """The bytes of an entry of fresh, doubled, conflicting and spoiled events."""
        r = self.r
        events = []
        for _ in range(r.randint(0, max(2, self.count // 6))):
            roll = r.random()
            known = self.sent[log]
            if roll < 0.12 and known:
                events.append(r.choice(known))
            elif roll < 0.15 and known:
                event = dict(r.choice(known))
                event["occurred_on"] = self.day().isoformat()
                events.append(event)
            elif roll < 0.25:
                events.append(self.spoiled(self.event(log)))
            else:
                event = self.event(log)
                self.sent[log].append(event)
                events.append(event)
        end = r.choice(["\n", "\n", "\r\n"])
        lines = []
        if form == "ndjson":
            for event in events:
                lines.append(self.ndjson(event, strict=r.random() > 0.04))
                if r.random() < 0.05:
                    lines.append(r.choice(["", " ", "\t"]))
            text = (end.join(lines) + (end if r.random() < 0.8 else "")).encode("utf-8", "surrogatepass")
            if r.random() < 0.03:
                text += b'{"event_id":"\xff"}' + end.encode()
            return (b"\xef\xbb\xbf" if r.random() < 0.2 else b"") + text
        reverse = {name: column for column, name in fields.items() if r.random() < 0.7}
        columns = []
        for event in events:
            columns += [name for name in event if name not in columns]
        for required in ("event_id", "type"):
            if required not in columns:
                columns.append(required)
        r.shuffle(columns)
        extra = r.random() < 0.2
        lines.append(self.csv_line([reverse.get(name, name) for name in columns] + ["", ""] * extra))
        for event in events:
            cells = []
            for name in columns:
                cell = event.get(name, "")
                cell = "" if isinstance(cell, (list, dict)) else str(cell).replace("\n", " ").replace("\r", " ")
                back = {v: k for k, v in values.get(name, {}).items()}
                cells.append(back[cell] if cell in back and r.random() < 0.6 else cell)
            lines.append(self.csv_line(cells + ["x", ""] * extra, strict=r.random() > 0.04))
            if r.random() < 0.05:
                lines.append("")
        bom = r.random() < 0.15
        text = end.join([""] * r.choice([0, 0, 0, 2]) + lines) + (end if r.random() < 0.8 else "")
        return (b"\xef\xbb\xbf" if bom else b"") + text.encode("utf-8" if bom else encoding)

    # Archives

    def name(self, log, form):
        r = self.r
        stem = r.choice([log, log, log.upper(), log.capitalize()] + {"births": ["出生"], "filings": ["备案"]}.get(log, []))
        return r.choice(["", "", "a/", "../x/", "./"]) + stem + r.choice(["", "-2", "_x", "2024Q1", "。", " (1)"]) + "." + (
            r.choice(["ndjson", "jsonl", "NDJSON"]) if form == "ndjson" else r.choice(["csv", "CSV"]))

    def pack(self, folder, number, entries):
        """Writes the entries as one archive of some kind; single files where there is but one."""
        r = self.r
        kind = r.choice(["tar", "tar.gz", "tar.xz", "tar.bz2", "tar.zst", "zip", "zip", "7z"])
        if kind == "7z" and len({entry.removeprefix("./") for entry, _ in entries}) < len(entries):
            kind = "tar"  # bsdtar would give both entries of one name at once
        name = f"{number:02}-{r.choice(['a', 'b', '甲'])}"
        if len(entries) == 1 and r.random() < 0.5:
            base, data = entries[0][0].rsplit("/", 1)[-1], entries[0][1]
            kind = r.choice(["", ".gz", ".xz", ".bz2", ".zst"])
            base = base.rsplit(".", 1)[0] + f"-{number}." + base.rsplit(".", 1)[1]
            (folder / (base + kind)).write_bytes(self.squeeze(data, kind))
            return
        if kind == "zip":
            with zipfile.ZipFile(folder / f"{name}.zip", "w", r.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])) as archive:
                for entry, data in entries:
                    info = zipfile.ZipInfo(entry)
                    archive.writestr(info, data, compress_type=zipfile.ZIP_DEFLATED)
            return
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=r.choice([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])) as archive:
            for entry, data in entries:
                info = tarfile.TarInfo(entry)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
            if r.random() < 0.2:
                info = tarfile.TarInfo("births-link.ndjson")
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
                archive.addfile(info)
        if kind == "7z":
            subprocess.run(["bsdtar", "-cf", folder / f"{name}.7z", "--format=7zip", "@-"], input=buffer.getvalue(), check=True,
                           env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
            return
        (folder / f"{name}.{kind}").write_bytes(self.squeeze(buffer.getvalue(), kind[3:]))

    @staticmethod
    def squeeze(data, kind):
        if kind == ".gz":
            return gzip.compress(data, mtime=0)
        if kind == ".xz":
            return lzma.compress(data)
        if kind == ".bz2":
            return bz2.compress(data)
        if kind == ".zst":
            return subprocess.run(["zstd", "-qc"], input=data, stdout=subprocess.PIPE, check=True).stdout
        return data

    def write(self, folder):
        """Writes the case."""
        r = self.r
        (folder / "archives").mkdir(parents=True)
        (folder / "gbk").mkdir()
        fields = {"出生日期": "born_on", "儿童": "child", "机构": "facility", "编号": "event_id"} if r.random() < 0.6 else {}
        values = {"mode": {"全日托": "full_day"}, "type": {"出生登记": "birth_registered", "入托": "child_enrolled"},
                  "community": {"甲村": self.codes[0]}} if r.random() < 0.6 else {}
        self.sent = {log: [] for log in LOGS}
        archives = []
        total = r.randint(2, 9)
        for number in range(total):
            gbk = number == total - 1
            entries = []
            for _ in range(r.randint(1, 4)):
                log, form = r.choice(LOGS), r.choice(["ndjson", "ndjson", "csv"])
                entries.append((self.name(log, form), self.entry(log, form, "gb18030" if gbk else "utf-8", fields, values)))
            if r.random() < 0.2:
                entries.append((r.choice(["说明.txt", "births.txt", "__MACOSX/births.ndjson", "a/._births.csv", "birthsx.csv", "notes.csv"]), b"x,y\n"))
            if r.random() < 0.1:
                entries.append(("births-none.csv", b"a,b,a\n1,2,3\n"))
            archives.append((gbk, entries))
        for number, (gbk, entries) in enumerate(archives):
            self.pack(folder / ("gbk" if gbk else "archives"), number, entries)
        files = sorted((folder / "archives").iterdir())
        if files and r.random() < 0.3:
            (folder / "archives" / "99-again.bin").write_bytes(r.choice(files).read_bytes())
        (folder / "archives" / "README.txt").write_text("nobody's\n")
        with open(folder / "communities.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["code", "name", "town_code", "town_name", "longitude", "latitude"])
            rows = list(self.communities)
            r.shuffle(rows)
            writer.writerows(rows)
        with open(folder / "population.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["code", "year", "residents"])
            for code in [c[0] for c in self.communities] + r.sample(self.towns, r.randint(0, len(self.towns))) + ["320612000000"] * (r.random() < 0.2):
                for year in r.sample(range(2018, 2027), r.randint(1, 4)):
                    if r.random() < 0.93:
                        writer.writerow([code, year, r.choice(["", "0"]) if r.random() < 0.05 else r.randint(1, 9000)])
        figures = ["under3", "coverage_rate", "places_filed", "served_share", "places_per_1000", "gap", "facilities_inclusive", "demand",
                   "utilisation", "population"]
        targets = []
        for number in range(r.randint(0, 4)):
            level = r.choice(["district", "town", "community"])
            code = {"district": ["320612000000"], "town": self.towns, "community": [c[0] for c in self.communities]}[level]
            which = f', code: "{r.choice(code)}"' if r.random() < 0.4 else ""
            targets.append(f'  - {{ name: "目标{number}", figure: {r.choice(figures)}, level: {level}{which}, by: {self.day()}, '
                           f'{r.choice(["at_least", "at_most"])}: {r.choice(["0", "1", "0.5", "12", "3.25", "-2"])} }}')
        shares = ", ".join(f"{band}: {r.choice(['0', '0.08', '0.25', '1', '0.3333', '0.0001'])}" for band in ("m0_5", "m6_11", "m12_23", "m24_35"))
        maps = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in (("fields", fields), ("values", values)) if value)
        (folder / "pipeline.yaml").write_text(
            f'name: world\ndistrict: {{ code: "320612000000", name: 试验区 }}\ncommunities: communities.csv\npopulation: population.csv\n'
            f"archives:\n  - archives/*\n  - {{ files: gbk/*, encoding: gb18030 }}\nstore: out/store\nreports: out/reports\n"
            f"logs: {{ 备案: filings{r.choice(['', ', 出生: births'])} }}\n{maps}reject_limit: {r.choice([0, 5, 1000, 1000, 1000])}\nfrom: {self.start}\nintent: {{ {shares} }}\n"
            f"planning_norm: {r.choice(['4.5', '4.5555', '0', '10'])}\ncatchment_m: {r.choice([500, 1500, 20000])}\n"
            + ("targets:\n" + "\n".join(targets) + "\n" if targets else ""), encoding="utf-8")
        with open(folder / "runs.csv", "w", encoding="utf-8") as file:
            file.write("as_of,known_at,folder\n")
            for number in range(3):
                day = self.day() + datetime.timedelta(days=r.choice([0, 0, 100, 1200]))
                known = "" if number == 0 else r.choice([self.day().isoformat(), self.recorded(self.day())])
                file.write(f"{day},{known},{number}\n")


def write_world(seed, folder):
    """Writes the world of a seed as a case into a folder."""
    Worlds(seed).write(folder)
