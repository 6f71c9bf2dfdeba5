"""The data package is valid Frictionless data: every table's types, constraints, keys, size and hash."""

import hashlib
import json

import frictionless


def check(report, tally):
    path = report.folder / "datapackage.json"
    answer = frictionless.validate(str(path))
    faults = [f"{' '.join(error.message.split())[:200]}" for error in answer.errors]
    for task in answer.tasks:
        tally.check((f"{' '.join(error.message.split())[:200]}" for error in task.errors), f"frictionless {task.name}")
    tally.check(faults, "frictionless datapackage.json")
    told = json.loads(path.read_text(encoding="utf-8"))
    paths = [resource["path"] for resource in told["resources"]]
    tables = sorted(file.relative_to(report.folder).as_posix() for file in report.folder.rglob("*.csv"))
    tally.check([f"{sorted(paths)} told, {tables} there"] if sorted(paths) != tables else [], "tables that the data package tells")
    for resource in told["resources"]:
        contents = (report.folder / resource["path"]).read_bytes()
        wrong = []
        if resource["bytes"] != len(contents):
            wrong.append(f"{len(contents)} bytes")
        if resource["hash"] != "sha256:" + hashlib.sha256(contents).hexdigest():
            wrong.append("another hash")
        wrong += [f"{field['name']} has no title or meaning" for field in resource["schema"]["fields"] if not (field.get("title") and field.get("description"))]
        tally.check(wrong, f"{resource['path']} as the data package tells it")
    rows = sum(task.stats.get("rows") or 0 for task in answer.tasks)
    print(f"  frictionless {frictionless.__version__}: {'valid' if answer.valid else 'INVALID'}, {len(answer.tasks)} tables, {rows} rows")
