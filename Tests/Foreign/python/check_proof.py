"""Checks a proof of `tuowei prove` with nothing of Tuowei: the signature, the audit paths, and the event, read from the block's
bytes by the documented format (Sources/EventStore/EventStore.docc/Format.md). Without a key the log must be unsigned, and its root is
for the reader to compare. Usage: check_proof.py PROOF [VERIFIER_KEY]"""

import base64
import datetime
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOGS = ["births", "enrollments", "filings", "subsidies"]
CHILD, FACILITY, GRANT, COMMUNITY = range(4)
WORDS = {
    "class": ["infant", "toddler", "preschool", "mixed"],
    "mode": ["full_day", "half_day", "hourly"],
    "registrar": ["institution", "civil_affairs", "market"],
    "form": ["center", "community", "kindergarten", "employer", "home"],
    "level": ["province", "city", "district"],
    "kind": ["fire", "hygiene", "food"],
    "result": ["pass", "rectify", "fail"],
    "scheme": ["construction", "operating", "demonstration", "voucher", "childrearing"],
}
# Each type: its name and its fields in order. s: subject, o: object, v: value (d day, n number, h hundredths), c: bits of `code`, t: detail.
TYPES = {
    "births": {
        0: "birth_registered child:s0 community:o3", 1: "child_moved_in child:s0 community:o3 born_on:vd",
        2: "newborn_visited child:s0", 3: "child_relocated child:s0 community:o3", 4: "child_moved_out child:s0",
        5: "child_died child:s0",
    },
    "enrollments": {
        0: "waitlist_joined child:s0 facility:o1", 1: "waitlist_left child:s0 facility:o1",
        2: "child_enrolled child:s0 facility:o1 class:c0.2 mode:c2.2", 3: "class_changed child:s0 facility:o1 class:c0.2",
        4: "child_withdrew child:s0 facility:o1 reason:t",
    },
    "filings": {
        0: "facility_registered facility:s1 name:t registrar:c0.2 form:c2.3 community:o3 longitude:t latitude:t",
        1: "facility_relocated facility:s1 community:o3 longitude:t latitude:t",
        2: "capacity_set facility:s1 infant:t toddler:t preschool:t mixed:t", 3: "filing_submitted facility:s1",
        4: "filing_returned facility:s1 reason:t", 5: "filing_accepted facility:s1 receipt:t",
        6: "filing_cancelled facility:s1 reason:t", 7: "inclusive_recognized facility:s1", 8: "inclusive_withdrawn facility:s1",
        9: "demonstration_awarded facility:s1 level:c0.2", 10: "demonstration_withdrawn facility:s1",
        11: "credential_issued facility:s1 kind:c0.2 valid_until:vd", 12: "inspection_completed facility:s1 result:c0.2",
        13: "staffing_reported facility:s1 caregivers:vn", 14: "site_reported facility:s1 indoor_m2:vh",
        15: "facility_closed facility:s1 reason:t",
    },
    "subsidies": {
        0: "subsidy_granted grant:s2 scheme:c0.3 facility:o1 child:o0 amount:vh", 1: "subsidy_paid grant:s2 amount:vh",
        2: "subsidy_recovered grant:s2 amount:vh",
    },
}
VOIDED = "event_voided target:t reason:t"
EPOCH = datetime.date(1970, 1, 1)


def fail(words):
    sys.exit(f"python: {words}")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Block:
    """An events block, from its entry's bytes alone."""

    def __init__(self, data):
        self.data, self.place = data, 0
        if (self.take(1), self.take(1)) != (1, 1):
            fail("not an events block of version 1")
        self.log, self.unit = LOGS[self.take(1)], 1000 ** self.take(1)
        self.count, self.uniform_id, self.detail_width = self.take(2), self.take(1), self.take(1)
        self.first = self.take(8)
        self.known = [self.take(4) for _ in range(4)]
        self.new = [self.take(2) for _ in range(4)]
        bases = [self.take(8, signed=True) for _ in range(7)]
        widths = [self.take(1) for _ in range(7)]
        assert self.take(1) == 0
        new_bytes, id_bytes, detail_bytes = self.take(4), self.take(4), self.take(4)
        uniform_detail = self.take(2)
        assert self.take(2) == 0 and self.place == 120
        self.columns = []
        for column, (base, width) in enumerate(zip(bases, widths)):
            unit = self.unit if column == 3 else 1
            self.columns.append([base + self.take(width) * unit for _ in range(self.count)])
        start = self.place
        self.identifiers = []
        for count in self.new:
            lengths = [self.take(1) for _ in range(count)]
            self.identifiers.append([self.bytes(length) for length in lengths])
        assert self.place == start + new_bytes
        lengths = [self.uniform_id or self.take(1) for _ in range(self.count)]
        self.ids = [self.bytes(length) for length in lengths]
        assert sum(lengths) == id_bytes
        lengths = [self.take(self.detail_width) if self.detail_width else uniform_detail for _ in range(self.count)]
        self.details = [self.bytes(length) for length in lengths]
        assert sum(lengths) == detail_bytes and self.place == len(data)

    def take(self, width, signed=False):
        return int.from_bytes(self.bytes(width), "little", signed=signed)

    def bytes(self, count):
        part = self.data[self.place : self.place + count]
        if len(part) != count:
            fail("the block is short")
        self.place += count
        return part

    def introduced(self, space, number):
        place = number - self.known[space]
        return self.identifiers[space][place].decode() if 0 <= place < self.new[space] else None


def parts(detail):
    found, place = [], 0
    while place < len(detail):
        length = shift = 0
        while True:
            byte = detail[place]
            place += 1
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        found.append(detail[place : place + length].decode())
        place += length
    return found


def instant(microseconds):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=microseconds)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    return text + (f".{moment.microsecond:06}" if moment.microsecond else "") + "Z"


def event(blocks, row):
    block = blocks["event"]
    kind, code, day, recorded, subject, number, value = (column[row] for column in block.columns)
    name, *fields = (VOIDED if kind == 31 else TYPES[block.log][kind]).split(" ")
    members = {
        "log": block.log, "event_id": block.ids[row].decode(), "type": name,
        "occurred_on": str(EPOCH + datetime.timedelta(days=day)), "recorded_at": instant(recorded),
    }
    details = parts(block.details[row])

    def identifier(part, space, number):
        for source in (block, blocks.get(part)):
            text = source and source.introduced(space, number)
            if text:
                return text
        fail(f"no entry gives the identifier of the {part}")

    for field in fields:
        label, slot = field.split(":")
        if slot[0] == "s":
            members[label] = identifier("subject", int(slot[1]), subject)
        elif slot[0] == "o":
            if block.log == "subsidies" and (int(slot[1]) == CHILD) != bool(code & 8):
                continue
            members[label] = identifier("object", int(slot[1]), number)
        elif slot == "vd":
            members[label] = str(EPOCH + datetime.timedelta(days=value))
        elif slot == "vn":
            members[label] = str(value)
        elif slot == "vh":
            whole, rest = divmod(value, 100)
            members[label] = str(whole) + (f".{rest:02}".rstrip("0") if rest else "")
        elif slot[0] == "c":
            shift, bits = map(int, slot[1:].split("."))
            members[label] = WORDS[label][code >> shift & (1 << bits) - 1]
        else:
            text = details.pop(0) if details else ""
            if text:
                members[label] = text
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def root(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2."""
    node, last, current = index, size - 1, leaf
    for part in path:
        if last == 0:
            fail("the path is too long")
        if node & 1 or node == last:
            current = sha(b"\1", part, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = sha(b"\1", current, part)
        node, last = node >> 1, last >> 1
    if last:
        fail("the path is too short")
    return current


def signed(note, key):
    """The text of a note, if the key has signed it; without a key, of one that bears no signature."""
    if key is None:
        return note.rstrip("\n")
    name, key_id, public = key.split("+", 2)
    public = base64.b64decode(public, validate=True)
    if public[0] != 1 or sha(name.encode(), b"\n", public)[:4].hex() != key_id:
        fail("not a verifier key")
    text, _, lines = note.partition("\n\n")
    for line in lines.splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        if dash == "\u2014" and signer == name and signature[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], (text + "\n").encode())
            return text
    fail("the checkpoint is not signed by the key")


proof = json.load(open(sys.argv[1], encoding="utf-8"))
blocks, said = {}, None
for item in proof["entries"]:
    head, _, note = item["proof"].partition("\n\n")
    first, index, *path = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1" and index.startswith("index ")
    origin, size, wanted = signed(note, sys.argv[2] if len(sys.argv) > 2 else None).split("\n")
    entry = base64.b64decode(item["entry"], validate=True)
    index = int(index[6:])
    if root(sha(b"\0", entry), index, int(size), [base64.b64decode(part) for part in path]) != base64.b64decode(wanted):
        fail(f"entry {index} is not in the log")
    blocks[item["holds"]] = Block(entry)
    said = said or index
text = event(blocks, proof["row"])
if text != proof["event"]:
    fail(f"the block holds another event: {text}")
assert blocks, "nothing is proved"
print(f"python: row {proof['row']} of entry {said} of {origin} at {size}: {text}")
