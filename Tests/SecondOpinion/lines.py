"""From archives to accepted events and rejects, one line at a time, as `events.md` says it; nothing here is fast."""

import bz2
import datetime
import glob
import gzip
import hashlib
import io
import json
import lzma
import pathlib
import re
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from decimal import Decimal

import yaml

LOGS = ("births", "enrollments", "filings", "subsidies")
REASONS = ("malformed", "unknown_type", "missing_field", "invalid_field", "citizen_id", "conflicting_id")
LINE_LIMIT = 65_536


class Bad(Exception):
    """A field does not have its form."""


def date(text):
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise Bad
    try:
        return datetime.date(int(text[:4]), int(text[5:7]), int(text[8:]))
    except ValueError:
        raise Bad from None


def occurred(text):
    day = date(text)
    if not 1900 <= day.year <= 2199:
        raise Bad
    return day


def instant(text):
    """Microseconds since the year 1, in UTC."""
    match = re.fullmatch(
        r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))", text)
    if not match:
        raise Bad
    day, hour, minute, second = date(match[1]), int(match[2]), int(match[3]), int(match[4])
    offset = 0
    if match[6]:
        if int(match[7]) > 23 or int(match[8]) > 59:
            raise Bad
        offset = (int(match[7]) * 60 + int(match[8])) * (1 if match[6] == "+" else -1)
    if hour > 23 or minute > 59 or second > 59:
        raise Bad
    fraction = int((match[5] or "0")[:6].ljust(6, "0"))
    return ((day.toordinal() * 1440 + hour * 60 + minute - offset) * 60 + second) * 1_000_000 + fraction


def identifier(text):
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,64}", text):
        raise Bad
    return text


def community(text):
    if not re.fullmatch(r"[0-9]{12}", text):
        raise Bad
    return text


def text_to(limit):
    def form(text):
        if not 1 <= len(text) <= limit or any(ord(scalar) < 0x20 or ord(scalar) == 0x7F for scalar in text):
            raise Bad
        return text
    form.is_text = True
    return form


def integer_to(limit):
    def form(text):
        if not re.fullmatch(r"0|[1-9][0-9]*", text) or int(text) > limit:
            raise Bad
        return int(text)
    form.is_number = True
    return form


def decimal(places, low, high):
    def form(text):
        match = re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.([0-9]+))?", text)
        if not match or len(match[1] or "") > places or not low <= Decimal(text) <= high:
            raise Bad
        return Decimal(text)
    form.is_number = True
    return form


def amount(text):
    value = decimal(2, 0, 1_000_000_000)(text)
    if value <= 0:
        raise Bad
    return int(value * 100)


amount.is_number = True


def word(*words):
    def form(text):
        if text not in words:
            raise Bad
        return text
    return form


FORMS = ("center", "community", "kindergarten", "employer", "home")
SCHEMES = ("construction", "operating", "demonstration", "voucher", "childrearing")
CLASSES = ("infant", "toddler", "preschool", "mixed")
places, long_text = integer_to(100_000), text_to(200)
child, facility, grant = ("child", identifier, True), ("facility", identifier, True), ("grant", identifier, True)
site = [("longitude", decimal(12, -180, 180), False), ("latitude", decimal(12, -90, 90), False)]
ENVELOPE = [("event_id", identifier, True), ("type", None, True), ("occurred_on", occurred, True), ("recorded_at", instant, True)]

# The types of each log in the order of their rows; a field is its name, its form, and whether it is required.
TYPES = {
    "births": {
        "birth_registered": [child, ("community", community, True)],
        "child_moved_in": [child, ("community", community, True), ("born_on", date, True)],
        "newborn_visited": [child],
        "child_relocated": [child, ("community", community, True)],
        "child_moved_out": [child],
        "child_died": [child],
    },
    "filings": {
        "facility_registered": [facility, ("name", text_to(100), True), ("registrar", word("institution", "civil_affairs", "market"), True),
                                ("form", word(*FORMS), True), ("community", community, True), *site],
        "facility_relocated": [facility, ("community", community, True), *site],
        "capacity_set": [facility, *((name, places, True) for name in CLASSES)],
        "filing_submitted": [facility],
        "filing_returned": [facility, ("reason", long_text, True)],
        "filing_accepted": [facility, ("receipt", identifier, True)],
        "filing_cancelled": [facility, ("reason", long_text, True)],
        "inclusive_recognized": [facility],
        "inclusive_withdrawn": [facility],
        "demonstration_awarded": [facility, ("level", word("province", "city", "district"), True)],
        "demonstration_withdrawn": [facility],
        "credential_issued": [facility, ("kind", word("fire", "hygiene", "food"), True), ("valid_until", date, True)],
        "inspection_completed": [facility, ("result", word("pass", "rectify", "fail"), True)],
        "staffing_reported": [facility, ("caregivers", integer_to(10_000), True)],
        "site_reported": [facility, ("indoor_m2", decimal(2, 0, 1_000_000), True)],
        "facility_closed": [facility, ("reason", long_text, False)],
    },
    "enrollments": {
        "waitlist_joined": [child, facility],
        "waitlist_left": [child, facility],
        "child_enrolled": [child, facility, ("class", word(*CLASSES), True), ("mode", word("full_day", "half_day", "hourly"), True)],
        "class_changed": [child, facility, ("class", word(*CLASSES), True)],
        "child_withdrew": [child, facility, ("reason", long_text, False)],
    },
    "subsidies": {
        "subsidy_granted": [grant, ("scheme", word(*SCHEMES), True), ("facility", identifier, False), ("child", identifier, False),
                            ("amount", amount, True)],
        "subsidy_paid": [grant, ("amount", amount, True)],
        "subsidy_recovered": [grant, ("amount", amount, True)],
    },
}
for log in LOGS:
    TYPES[log]["event_voided"] = [("target", identifier, True), ("reason", long_text, True)]


def holds_citizen_number(text):
    for start in range(len(text) - 17):
        number = text[start:start + 18]
        if not re.fullmatch(r"[0-9]{17}[0-9Xx]", number):
            continue
        if (start and text[start - 1] in "0123456789") or text[start + 18:start + 19] in tuple("0123456789"):
            continue
        try:
            datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        except ValueError:
            continue
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, weights)) % 11]
        if number[17].upper() == check:
            return True
    return False


class Number(str):
    """A JSON number as it was written."""


class Nested:
    """An array, an object or a boolean."""


def json_object(line):
    """The members of one flat JSON object; nested values and booleans as `Nested`, null as absent."""
    def pairs(members):
        if len({name for name, _ in members}) != len(members):
            raise Bad
        return dict(members)

    def no_constant(_):
        raise Bad

    depth = deepest = 0
    inside = escaped = False
    for character in line:
        if inside:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside = False
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    if deepest > 500:
        raise Bad
    try:
        value = json.loads(line, object_pairs_hook=pairs, parse_constant=no_constant, parse_int=Number, parse_float=Number)
    except (ValueError, RecursionError):
        raise Bad from None
    if not isinstance(value, dict) or deepest > 101:
        raise Bad

    def check(value):
        if isinstance(value, Number):
            return
        if isinstance(value, str):
            value.encode()  # a lone surrogate is no text
        elif isinstance(value, list):
            for each in value:
                check(each)
        elif isinstance(value, dict):
            for name, each in value.items():
                check(name)
                check(each)
    try:
        check(value)
    except UnicodeEncodeError:
        raise Bad from None
    return {name: Nested() if isinstance(member, (list, dict, bool)) else member for name, member in value.items()
            if member is not None and not (isinstance(member, str) and not isinstance(member, Number) and member == "")}


def csv_cells(line):
    """The cells of one record (RFC 4180)."""
    cells, place = [], 0
    while True:
        if line[place:place + 1] == '"':
            cell, place = "", place + 1
            while True:
                end = line.find('"', place)
                if end < 0:
                    raise Bad
                cell += line[place:end]
                if line[end + 1:end + 2] == '"':
                    cell, place = cell + '"', end + 2
                    continue
                place = end + 1
                break
        else:
            end = line.find(",", place)
            end = len(line) if end < 0 else end
            cell = line[place:end]
            if '"' in cell:
                raise Bad
            place = end
        cells.append(cell)
        if place == len(line):
            return cells
        if line[place] != ",":
            raise Bad
        place += 1


class Reject(Exception):
    def __init__(self, reason, field=""):
        self.reason, self.field = reason, field


def event_of(log, members):
    """The event that a line's members make, as a dictionary of values; raises `Reject`."""
    kind = members.get("type")
    if kind is not None and (isinstance(kind, (Number, Nested)) or kind not in TYPES[log]):
        raise Reject("unknown_type", "type")
    fields = ENVELOPE + (TYPES[log][kind] if kind else [])
    for name, _, required in fields:
        if required and name not in members:
            raise Reject("missing_field", name)
    event = {"type": kind}
    for name, form, _ in fields:
        bad = False
        if name == "longitude" and "latitude" in members and name not in members:
            bad = True
        if name == "latitude" and "longitude" in members and name not in members:
            bad = True
        if kind == "subsidy_granted" and name == "facility" and ("facility" in members) == ("child" in members):
            bad = True
        if name in members and form:
            value = members[name]
            if isinstance(value, Nested) or (isinstance(value, Number) and not hasattr(form, "is_number")):
                bad = True
            else:
                try:
                    event[name] = form(str(value))
                except Bad:
                    bad = True
            if not bad and name == "born_on" and event[name] > event["occurred_on"]:
                bad = True
        if bad:
            raise Reject("invalid_field", name)
    for name, form, _ in fields:
        if name in event and (form is identifier or hasattr(form, "is_text")) and holds_citizen_number(event[name]):
            raise Reject("citizen_id", name)
    return event


class Unreadable(Exception):
    def __init__(self, why):
        self.why = why


class Answer:
    """What is said of one archive."""

    def __init__(self, name, digest):
        self.archive, self.sha256, self.status, self.why = name, digest, "appended", None
        self.events, self.rejects, self.duplicates, self.skipped = dict.fromkeys(LOGS, 0), {}, 0, []

    def json(self):
        answer = {"archive": self.archive, "sha256": self.sha256, "status": self.status,
                  "events": {log: count for log, count in self.events.items() if count}, "duplicates": self.duplicates,
                  "rejects": self.rejects, "skipped": self.skipped}
        if self.why:
            answer["why"] = self.why
        return json.dumps(answer, ensure_ascii=False)


class Pipeline:
    """A pipeline file; every scalar as it is written."""

    def __init__(self, path):
        self.folder = pathlib.Path(path).parent
        document = yaml.load(pathlib.Path(path).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        self.document = document
        self.encoding = document.get("encoding", "utf-8")
        self.logs = {**{log: log for log in LOGS}, **document.get("logs", {})}
        self.fields, self.values = document.get("fields", {}), document.get("values", {})
        self.reject_limit = int(document.get("reject_limit", 0))
        found = {}
        for item in document["archives"]:
            item = {"files": item} if isinstance(item, str) else item
            for file in glob.glob(str(self.folder / item["files"])):
                found[file] = item.get("encoding", self.encoding)
        self.archives = sorted(found.items(), key=lambda item: (item[0].rsplit("/", 1)[-1].encode(), item[0].encode()))

    def log_and_format(self, name):
        base = name.rsplit("/", 1)[-1]
        lower = ascii_lower(base)
        form = next((form for ending, form in ((".ndjson", "ndjson"), (".jsonl", "ndjson"), (".csv", "csv")) if lower.endswith(ending)), None)
        if not form:
            return None
        for prefix, log in sorted(self.logs.items(), key=lambda item: -len(item[0])):
            if lower.startswith(ascii_lower(prefix)) and not re.match("[A-Za-z]", base[len(prefix):]):
                return log, form
        return None


def ascii_lower(text):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def entries_of(data, name):
    """The entries of an archive: a name and its bytes, or None where the entry is no regular file."""
    def inflate(data):
        for magic, opened in ((b"\x1f\x8b", gzip.decompress), (b"\xfd7zXZ\0", lzma.decompress), (b"BZh", bz2.decompress)):
            if data.startswith(magic):
                try:
                    return opened(data), True
                except (OSError, EOFError, lzma.LZMAError, ValueError, zlib.error):
                    raise Unreadable("unreadable") from None
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            run = subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            if run.returncode:
                raise Unreadable("unreadable")
            return run.stdout, True
        return data, False

    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                raw = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")
                try:
                    entry = raw.decode("utf-8")
                except UnicodeDecodeError:
                    entry = raw.decode("gb18030", "replace")
                if not entry.endswith("/"):
                    yield entry, archive.read(info)
        return
    if data.startswith(b"7z\xbc\xaf\x27\x1c"):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "a.7z"
            file.write_bytes(data)
            names = subprocess.run(["bsdtar", "-tf", file], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode().splitlines()
            kinds = subprocess.run(["bsdtar", "-tvf", file], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.splitlines()
            for entry, kind in zip(names, kinds):
                if not kind.startswith(b"-"):
                    yield from () if kind.startswith(b"d") else ((entry, None),)
                else:
                    yield entry, subprocess.run(["bsdtar", "-xOf", file, entry], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        return
    inner, packed = inflate(data)
    if inner[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
            for member in archive:
                if member.isdir():
                    continue
                yield member.name, archive.extractfile(member).read() if member.isfile() else None
        return
    if packed:
        for ending in (".gz", ".xz", ".zst", ".bz2"):
            if ascii_lower(name).endswith(ending):
                name = name[:-len(ending)]
                break
    yield name, inner


def whole_entries_of(data, name):
    """The same, with each way in which an archive cannot be read to its end as `Unreadable`."""
    try:
        yield from entries_of(data, name)
    except (zipfile.BadZipFile, tarfile.TarError, subprocess.CalledProcessError, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise Unreadable("unreadable") from None


class Record:
    """What is accepted, archive after archive."""

    def __init__(self, pipeline):
        self.pipeline = pipeline
        self.events = {log: {} for log in LOGS}
        self.rejects, self.answers, self.digests = [], [], set()

    def take(self, path, encoding):
        name = path.rsplit("/", 1)[-1]
        data = pathlib.Path(path).read_bytes()
        answer = Answer(name, hashlib.sha256(data).hexdigest())
        self.answers.append(answer)
        if answer.sha256 in self.digests:
            answer.status = "unchanged"
            return
        fresh, rejects, has_events = {log: {} for log in LOGS}, [], False
        plain = False
        try:
            for entry, content in whole_entries_of(data, name):
                parts = entry.split("/")
                if "__MACOSX" in parts[:-1] or parts[-1].startswith("._"):
                    continue
                found = self.pipeline.log_and_format(entry)
                if content is None or not found:
                    answer.skipped.append(entry)
                    plain = content is data
                    continue
                log, form = found
                lines = self.ndjson(content) if form == "ndjson" else self.csv(content, encoding)
                if lines is None:
                    answer.skipped.append(entry)
                    plain = content is data
                    continue
                has_events = True
                for number, members in lines:
                    try:
                        if members is None:
                            raise Reject("malformed")
                        event = event_of(log, members)
                        known = self.events[log].get(event["event_id"]) or fresh[log].get(event["event_id"])
                        if known is None:
                            fresh[log][event["event_id"]] = event
                        elif known == event:
                            answer.duplicates += 1
                        else:
                            raise Reject("conflicting_id", "event_id")
                    except Reject as reject:
                        rejects.append({"archive": name, "entry": entry, "line": number, "field": reject.field, "reason": reject.reason})
                        answer.rejects[reject.reason] = answer.rejects.get(reject.reason, 0) + 1
        except Unreadable as unreadable:
            answer.status, answer.why = "refused", unreadable.why
            return
        answer.events = {log: len(events) for log, events in fresh.items()}
        if not has_events:
            answer.status, answer.why = ("skipped", None) if plain else ("refused", "no_event_entry")
        elif len(rejects) > self.pipeline.reject_limit:
            answer.status, answer.why = "refused", "rejects"
        else:
            self.digests.add(answer.sha256)
            self.rejects += rejects
            for log in LOGS:
                self.events[log].update(fresh[log])

    @staticmethod
    def split(content):
        """Physical lines with their numbers, their ends taken off; None for one that is too long."""
        lines = content.split(b"\n")
        if lines and lines[-1] == b"":
            lines.pop()
        for number, line in enumerate(lines, 1):
            if line.endswith(b"\r"):
                line = line[:-1]
            yield number, line if len(line) <= LINE_LIMIT else None

    def ndjson(self, content):
        content = content.removeprefix(b"\xef\xbb\xbf")
        for number, line in self.split(content):
            if line is None:
                yield number, None
            elif line.strip(b" \t\r"):
                try:
                    yield number, json_object(line.decode("utf-8"))
                except (UnicodeDecodeError, Bad):
                    yield number, None

    def csv(self, content, encoding):
        if content.startswith(b"\xef\xbb\xbf"):
            content, encoding = content[3:], "utf-8"
        lines = self.split(content)
        for number, line in lines:
            if line == b"":
                continue
            try:
                if line is None:
                    raise Bad
                names = [self.pipeline.fields.get(name, name) for name in csv_cells(line.decode(encoding))]
            except (UnicodeDecodeError, Bad):
                raise Unreadable("header") from None
            if "event_id" not in names and "type" not in names:
                return None
            named = [name for name in names if name]
            if len(set(named)) != len(named):
                raise Unreadable("header")
            return self.rows(lines, names, encoding)
        return iter(())

    def rows(self, lines, names, encoding):
        for number, line in lines:
            if line == b"":
                continue
            try:
                if line is None:
                    raise Bad
                cells = csv_cells(line.decode(encoding))
                if len(cells) != len(names):
                    raise Bad
            except (UnicodeDecodeError, Bad):
                yield number, None
                continue
            yield number, {name: self.pipeline.values.get(name, {}).get(cell, cell) for name, cell in zip(names, cells) if name and cell}


def read(pipeline):
    """Everything that the archives of a pipeline hold."""
    record = Record(pipeline)
    for path, encoding in pipeline.archives:
        record.take(path, encoding)
    return record
