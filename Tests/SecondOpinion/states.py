"""The state of everything at a day, as known at an instant, by applying events one after another (`events.md`, sections 3 to 7)."""

from lines import LOGS, TYPES

CREATING = {"births": "birth_registered", "filings": "facility_registered", "subsidies": "subsidy_granted", "enrollments": None}


class Thing:
    """A subject's state: whatever attributes its rules set."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class World:
    """The state at the end of `day`, of the events recorded by `known_at`."""

    def __init__(self, record, day, known_at=None):
        self.day = day
        self.findings = []
        self.children, self.facilities, self.enrolments, self.grants = {}, {}, {}, {}
        for log in LOGS:
            events = [e for e in record.events[log].values() if known_at is None or e["recorded_at"] <= known_at]
            by_id = {e["event_id"]: e for e in events}
            voided = set()
            for event in events:
                if event["type"] != "event_voided":
                    continue
                target = by_id.get(event["target"])
                if target is None:
                    self.find("void_without_target", log, event, "")
                elif target["type"] == "event_voided":
                    self.find("void_of_void", log, event, "")
                else:
                    voided.add(event["target"])
            order = list(TYPES[log])
            live = [e for e in events if e["type"] != "event_voided" and e["event_id"] not in voided and e["occurred_on"] <= day]
            live.sort(key=lambda e: (e["occurred_on"], e["type"] != CREATING[log], e["recorded_at"], order.index(e["type"]),
                                     e["event_id"].encode()))
            apply = getattr(self, "apply_" + log)
            for event in live:
                apply(event)
        self.judge()

    def find(self, code, log, event, subject):
        self.findings.append((code, log, event["event_id"], subject, event["occurred_on"].isoformat()))

    # births

    def apply_births(self, e):
        name, kind = e["child"], e["type"]
        child = self.children.get(name)
        state = child.state if child else "none"

        def refuse(code="not_applicable"):
            self.find(code, "births", e, name)

        if kind == "birth_registered":
            if child:
                return refuse("duplicate_birth")
            self.children[name] = Thing(state="resident", community=e["community"], born=e["occurred_on"], since=e["occurred_on"], visited=False)
        elif kind == "child_moved_in":
            if state == "dead":
                return refuse()
            if not child:
                self.children[name] = Thing(state="resident", community=e["community"], born=e["born_on"], since=e["occurred_on"], visited=False)
                return
            if child.born != e["born_on"]:
                self.find("born_on_mismatch", "births", e, name)
            if state == "resident":
                self.find("moved_in_while_resident", "births", e, name)
            child.state, child.community = "resident", e["community"]
        elif kind == "newborn_visited":
            if state != "resident" or not 0 <= (e["occurred_on"] - child.born).days <= 28:
                return refuse()
            child.visited = True
        elif kind == "child_relocated":
            if state != "resident":
                return refuse()
            child.community = e["community"]
        elif kind == "child_moved_out":
            if state != "resident":
                return refuse()
            child.state = "away"
        elif kind == "child_died":
            if state not in ("resident", "away"):
                return refuse()
            child.state = "dead"

    # filings

    def apply_filings(self, e):
        name, kind = e["facility"], e["type"]
        f = self.facilities.get(name)

        def refuse(code="not_applicable"):
            self.find(code, "filings", e, name)

        if kind == "facility_registered":
            if f:
                return refuse("duplicate_registration")
            self.facilities[name] = Thing(
                id=name, open=True, filed=False, pending=False, inclusive=False, level=None, name=e["name"], form=e["form"],
                registrar=e["registrar"], community=e["community"], site=(e.get("longitude"), e.get("latitude")), capacity=None,
                staff=None, area=None, credentials={}, inspection=None, event=e, filed_days=[])
            return
        if not f or not f.open:
            return refuse()
        if kind == "facility_relocated":
            f.community, f.site = e["community"], (e.get("longitude"), e.get("latitude"))
        elif kind == "capacity_set":
            f.capacity = [e[name] for name in ("infant", "toddler", "preschool", "mixed")]
        elif kind == "filing_submitted":
            if f.filed:
                return refuse()
            f.pending = True
        elif kind == "filing_returned":
            if not f.pending:
                return refuse()
            f.pending = False
        elif kind == "filing_accepted":
            if f.filed:
                return refuse()
            if not f.pending:
                self.find("accepted_without_submission", "filings", e, name)
            f.filed, f.pending = True, False
            f.filed_days.append((e["occurred_on"], True))
        elif kind == "filing_cancelled":
            if not f.filed:
                return refuse()
            f.filed = False
            f.filed_days.append((e["occurred_on"], False))
        elif kind == "inclusive_recognized":
            if f.inclusive:
                return refuse()
            f.inclusive = True
        elif kind == "inclusive_withdrawn":
            if not f.inclusive:
                return refuse()
            f.inclusive = False
        elif kind == "demonstration_awarded":
            f.level = e["level"]
        elif kind == "demonstration_withdrawn":
            if not f.level:
                return refuse()
            f.level = None
        elif kind == "credential_issued":
            f.credentials[e["kind"]] = e["valid_until"]
        elif kind == "inspection_completed":
            f.inspection = e["result"]
        elif kind == "staffing_reported":
            f.staff = e["caregivers"]
        elif kind == "site_reported":
            f.area = e["indoor_m2"]
        elif kind == "facility_closed":
            f.filed_days.append((e["occurred_on"], False))
            f.open, f.filed, f.pending, f.inclusive, f.level = False, False, False, False, None

    # enrollments

    def apply_enrollments(self, e):
        key, kind = (e["child"], e["facility"]), e["type"]
        s = self.enrolments.setdefault(key, Thing(state="none", placed_in=None, event=None))

        def refuse():
            self.find("not_applicable", "enrollments", e, f"{key[0]}@{key[1]}")

        if kind == "waitlist_joined":
            if s.state != "none":
                return refuse()
            s.state = "waiting"
        elif kind == "waitlist_left":
            if s.state != "waiting":
                return refuse()
            s.state = "none"
        elif kind == "child_enrolled":
            if s.state == "enrolled":
                return refuse()
            s.state, s.placed_in, s.event = "enrolled", e["class"], e
        elif kind == "class_changed":
            if s.state != "enrolled":
                return refuse()
            s.placed_in = e["class"]
        elif kind == "child_withdrew":
            if s.state != "enrolled":
                return refuse()
            s.state = "none"

    # subsidies

    def apply_subsidies(self, e):
        name, kind = e["grant"], e["type"]
        g = self.grants.get(name)
        if kind == "subsidy_granted":
            if g:
                return self.find("duplicate_grant", "subsidies", e, name)
            self.grants[name] = Thing(
                scheme=e["scheme"], facility=e.get("facility"), child=e.get("child"), granted=e["amount"], paid=0, recovered=0, event=e)
        elif not g:
            self.find("unknown_grant", "subsidies", e, name)
        elif kind == "subsidy_paid":
            g.paid += e["amount"]
            if g.paid > g.granted:
                self.find("overpaid", "subsidies", e, name)
        else:
            g.recovered += e["amount"]
            if g.recovered > g.paid:
                self.find("overrecovered", "subsidies", e, name)

    # what is judged at the day

    def months(self, born):
        return 12 * (self.day.year - born.year) + self.day.month - born.month - (self.day.day < born.day)

    def under3(self, child):
        return child is not None and child.state == "resident" and self.months(child.born) < 36

    def judge(self):
        open_at = {}
        for (child, facility), s in self.enrolments.items():
            if s.state == "enrolled" and facility in self.facilities and self.facilities[facility].open:
                open_at.setdefault(child, []).append(facility)
        for (name, place), s in self.enrolments.items():
            if s.state != "enrolled":
                continue
            subject, facility, child = f"{name}@{place}", self.facilities.get(place), self.children.get(name)
            codes = []
            if facility is None:
                codes.append("unknown_facility")
            elif not facility.open:
                codes.append("enrolled_at_closed_facility")
            else:
                if len(open_at[name]) > 1:
                    codes.append("enrolled_twice")
                if child is None or child.state != "resident":
                    codes.append("enrolled_not_resident")
                if child is not None and self.months(child.born) >= 36:
                    codes.append("enrolled_over_age")
            for code in codes:
                self.find(code, "enrollments", s.event, subject)
        for facility in self.facilities.values():
            if facility.open and len(self.enrolled_at(facility.id)) > sum(facility.capacity or [0]):
                self.find("over_capacity", "filings", facility.event, facility.id)
        for name, grant in self.grants.items():
            if grant.facility is not None and grant.scheme in ("operating", "demonstration"):
                facility = self.facilities.get(grant.facility)
                filed = False
                for day, became in facility.filed_days if facility else []:
                    if day <= grant.event["occurred_on"]:
                        filed = became
                if not filed:
                    self.find("grant_to_unfiled_facility", "subsidies", grant.event, name)

    def enrolled_at(self, facility):
        if not hasattr(self, "_enrolled"):
            self._enrolled = {}
            for (child, place), s in self.enrolments.items():
                if s.state == "enrolled":
                    self._enrolled.setdefault(place, []).append((child, s))
        return self._enrolled.get(facility, [])
