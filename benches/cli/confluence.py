#!/usr/bin/env python3
"""Reading a big HTML export of Confluence, as a table: `twin kb import --dry-run`, which reads, converts, splits and
compares every page, beside `unzip -p`, which only inflates. Times are medians of runs that take turns.

    cargo build --release -p twin-cli && benches/cli/confluence.py [path of twin]
"""

import pathlib
import shutil
import statistics
import sys
import tempfile
import zipfile

from local import ROOT, binary, run, serving

PAGES = 10_000
ROUNDS = 5


def export(path):
    """A space of pages in the shape of the fixture's: furniture, macros, a table, and text of their own."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(ROOT / "fixtures"))
    from build import confluence_exports as confluence

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("DEP/index.html", confluence.page("Depot", "<p>sitemap</p>", crumbs=False))
        for number in range(PAGES):
            words = " ".join(f"word{number * 37 % 4999 + step * 13 % 997}" for step in range(240))
            body = f"<p>Page {number}.</p>{confluence.FIRE}<p>{words}</p>"
            archive.writestr(f"DEP/Page_{30_000_000 + number}.html", confluence.page(f"Page {number}", body))


def main():
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder, serving() as environment:
        path, unzip = pathlib.Path(folder, "Confluence-export.zip"), shutil.which("unzip")
        export(path)
        for _ in range(ROUNDS):
            state = path.with_suffix(".json")
            ours.append(run([binary(), "kb", "import", "--dry-run", "--state", state, path], environment))
            theirs += [run([unzip, "-p", path])[0]] if unzip else []
    took, peak = statistics.median(one for one, _ in ours), max(peak for _, peak in ours)
    beside = f"{statistics.median(theirs) / 1000:.2f} s | {took / statistics.median(theirs):.2f}" if unzip else "not measured: unzip is missing |"
    print("## Importing a space of Confluence\n\n| export | twin kb import --dry-run | peak memory | unzip -p | ratio |\n|---|---|---|---|---|")
    print(f"| {PAGES:,} pages | {took / 1000:.2f} s | {peak:.0f} MB | {beside} |")


main()
