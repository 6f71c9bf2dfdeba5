"""Opens the pages of a report in headless Chromium as a reader would, and checks them with axe.

    python3 Tests/Pages/browse.py REPORT_FOLDER SCREENSHOT_FOLDER [--all]

Needs Debian's `chromium` and from PyPI `playwright` and `axe-playwright-python`. Pages of one kind are alike, so a few of each are
opened unless --all is given. Each is opened at phone, desktop and A4 width; a console error, a request to the network, a page wider
than its window, or a violated axe rule fails.
"""

import collections
import pathlib
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

SIZES = {"phone": (390, 844), "desktop": (1280, 900), "print": (794, 1123)}


def main() -> int:
    report, shots = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    shots.mkdir(parents=True, exist_ok=True)
    pages = sorted(path.relative_to(report) for path in report.rglob("*.html"))
    if "--all" not in sys.argv:
        seen = collections.Counter()
        few = []
        for page in pages:
            seen[page.parent] += 1
            if page.parent == pathlib.Path(".") or seen[page.parent] <= 3:
                few.append(page)
        pages = few
    passed, failed = 0, 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for kind, (width, height) in SIZES.items():
            context = browser.new_context(viewport={"width": width, "height": height})
            for path in pages:
                faults = []
                page = context.new_page()
                page.on("console", lambda message: faults.append(f"console: {message.text}") if message.type == "error" else None)
                page.on("pageerror", lambda error: faults.append(f"error: {error}"))
                page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
                page.on("request", lambda request: faults.append(f"request: {request.url}") if not request.url.startswith("file:") else None)
                if kind == "print":
                    page.emulate_media(media="print")
                page.goto((report / path).as_uri())
                wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                if wide > 1 and kind != "print":
                    faults.append(f"{wide} px wider than the window")
                if kind != "print":
                    for violation in Axe().run(page).response["violations"]:
                        nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:2])
                        faults.append(f"axe {violation['id']} ({len(violation['nodes'])}): {nodes}")
                name = f"{kind}-{str(path).replace('/', '-').removesuffix('.html')}"
                page.screenshot(path=shots / f"{name}.png", full_page=True)
                if kind == "print" and path.name == "index.html":
                    page.pdf(path=shots / f"{name}.pdf", prefer_css_page_size=True)
                page.close()
                for fault in faults:
                    print(f"{path} at {kind}: {fault}")
                failed += bool(faults)
                passed += not faults
            context.close()
        browser.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
