"""Every link leads to a file of the report and every anchor is there; nothing points to the network; every page is linked."""


def check(report, tally):
    count = 0
    reached = {report.folder / "index.html"}
    for page in report.pages:
        faults = []
        for tag, attribute, link in report.page(page).links:
            count += 1
            if ":" in link.split("/")[0] or link.startswith("//"):
                faults.append(f"<{tag} {attribute}={link!r}> leaves the report")
                continue
            file, anchor = report.target(page, link)
            reached.add(file)
            if not file.is_file() or report.folder not in file.parents:
                faults.append(f"{link} leads to no file of the report")
            elif anchor and anchor not in report.page(file.relative_to(report.folder).as_posix()).anchors:
                faults.append(f"{link}: the page has no such anchor")
        tally.check(faults, f"links of {page}")
    lost = [page for page in report.pages if report.folder / page not in reached]
    tally.check([f"no page links {page}" for page in lost], "pages that nobody reaches")
    print(f"  {count} links followed on {len(report.pages)} pages")
