#!/usr/bin/env python3
"""Reading a big Notion export, as a table: `twin kb import --dry-run`, which reads, converts and splits every page,
beside `unzip -p`, which only inflates. Times are medians of runs that take turns. QUICK=1 leaves out the gigabyte.

    cargo build --release -p twin-cli && benches/cli/big_export.py [path of twin]
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

from local import ROOT, binary, run, serving

EXPORTS = [("10,000 pages, 40 MB", 5, ["10000"]), ("100,000 pages, 1 GB", 1, ["100000", "--page-bytes", "10000"])]


def main():
    print("## Importing a big export\n\n| export | twin kb import --dry-run | peak memory | unzip -p | ratio |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, serving() as environment:
        for name, rounds, arguments in EXPORTS[: 1 if os.environ.get("QUICK") else None]:
            export = pathlib.Path(folder, "export.zip")
            make = [sys.executable, ROOT / "fixtures" / "build" / "big_notion.py", arguments[0], export]
            subprocess.run(make + arguments[1:], stdout=sys.stderr, check=True)
            print(f"| {name} | " + compare(export, rounds, environment) + " |", flush=True)


def compare(export, rounds, environment):
    """The cells of one export."""
    ours, theirs = [], []
    unzip = shutil.which("unzip")
    for _ in range(rounds):
        state = export.with_suffix(".json")
        ours.append(run([binary(), "kb", "import", "--dry-run", "--state", state, export], environment))
        theirs += [run([unzip, "-p", export])[0]] if unzip else []
    took = statistics.median(milliseconds for milliseconds, _ in ours)
    cells = f"{took / 1000:.2f} s | {max(peak for _, peak in ours):.0f} MB"
    if not unzip:
        return cells + " | not measured: unzip is missing |"
    return cells + f" | {statistics.median(theirs) / 1000:.2f} s | {took / statistics.median(theirs):.2f}"


main()
