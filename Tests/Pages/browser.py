"""The pages in headless Chromium, at phone, desktop and A4 width, and under axe's rules for people who cannot see or use a mouse.

Every page is opened once; a few of each kind at every width with axe. A console error, a dialog, a request that leaves the report, a
page wider than its window or its sheet of paper, or a violated rule fails.
"""

import collections

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

# CSS pixels. A4 is 210 mm wide; what the style sheet of pages leaves as margins is read from it by the browser when it prints.
SIZES = {"phone": (390, 844), "desktop": (1280, 900), "print": (794, 1123)}
WIDER = """() => {
    const edge = document.documentElement.clientWidth + 1;
    if (document.documentElement.scrollWidth <= edge) return [];
    const wide = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > edge);
    return [`${document.documentElement.scrollWidth - edge + 1} px wider than the window, first ` + (wide[0]?.outerHTML ?? '?').slice(0, 100)];
}"""
CUT = """() => [...document.querySelectorAll('.wide')].filter(one => one.scrollWidth > one.clientWidth + 1)
    .map(one => `cut off on paper by ${one.scrollWidth - one.clientWidth} px: ` + (one.getAttribute('aria-label') ?? '').slice(0, 60))"""


class Tab:
    """A tab that is led from page to page and remembers what went wrong on each."""

    def __init__(self, context):
        self.faults = []
        self.tab = context.new_page()
        self.tab.on("console", lambda said: self.faults.append(f"console: {said.text}") if said.type in ("error", "warning") else None)
        self.tab.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.tab.on("dialog", self.dismiss)
        self.tab.on("request", lambda asked: self.faults.append(f"request: {asked.url}") if not asked.url.startswith("file:") else None)

    def dismiss(self, dialog):
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def visit(self, report, page, kind, rules, shots):
        self.faults = []
        self.tab.goto((report.folder / page).as_uri())
        self.faults += self.tab.evaluate(CUT if kind == "print" else WIDER)
        if rules:
            for violation in rules.run(self.tab).response["violations"]:
                nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:2])
                self.faults.append(f"axe {violation['id']} ({len(violation['nodes'])}): {nodes}")
        if shots:
            name = f"{report.language}-{kind}-{page.replace('/', '-').removesuffix('.html')}"
            self.tab.screenshot(path=shots / f"{name}.png", full_page=True)
            if kind == "print":
                self.tab.pdf(path=shots / f"{name}.pdf", prefer_css_page_size=True)
        return self.faults


def check(report, tally, shots=None):
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    few = report.some_pages()
    visits = collections.Counter()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for kind, (width, height) in SIZES.items():
            context = browser.new_context(viewport={"width": width, "height": height})
            tab = Tab(context)
            if kind == "print":
                tab.tab.emulate_media(media="print")
            for page in report.pages if kind == "phone" else few:
                rules = Axe() if page in few and kind != "print" else None
                tally.check(tab.visit(report, page, kind, rules, shots if page in few else None), f"{page} at {kind} size")
                visits[kind] += 1
            context.close()
        browser.close()
    told = ", ".join(f"{count} at {kind} size" for kind, count in visits.items())
    print(f"  opened in Chromium: {told}; axe at phone and desktop size on {len(few)} pages")
