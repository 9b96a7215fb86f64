"""Prints the report of a sync or an import as Markdown: summary.py COMMAND EXIT-CODE REPORT [dry-run]."""

import json
import sys

MOST_ROWS = 50
LONGEST_CELL = 300
# GitHub takes at most 1 MiB of summary a step.
LONGEST = 900_000
COUNTS = ["created", "replaced", "pruned", "unchanged", "adopted", "kept", "remaining"]
LISTS = [("failed", ["key", "code", "message"]), ("unresolved", ["key", "title", "reason"]), ("skipped", ["path", "reason"])]


def cell(value):
    """Text of a report as a table's cell: one line, no markup of its own, no mention, no link."""
    text = " ".join(str(value).split())
    if len(text) > LONGEST_CELL:
        text = text[:LONGEST_CELL] + " … (cut)"
    return "".join(f"&#{ord(sign)};" if sign in "&<>|`[]*_~@:#\\!" else sign for sign in text)


def row(cells):
    return "| " + " | ".join(cells) + " |\n"


def page_of(command, code, report, dry):
    page = f"### twin kb {command}: exit code {code}\n\n"
    if dry:
        page += "A dry run: these counts are what a run would do, nothing was changed.\n\n"
    page += row(COUNTS) + "|---:" * len(COUNTS) + "|\n" + row(cell(report.get(count, 0)) for count in COUNTS) + "\n"
    for name, columns in LISTS:
        rows = report.get(name) or []
        if not rows:
            continue
        page += f"<details><summary>{len(rows)} {name}</summary>\n\n" + row(columns) + "|---" * len(columns) + "|\n"
        shown = 0
        for entry in rows[:MOST_ROWS]:
            line = row(cell(entry.get(column, "")) for column in columns)
            if len((page + line).encode()) > LONGEST:
                break
            page += line
            shown += 1
        if shown < len(rows):
            page += f"\nand {len(rows) - shown} more in the report\n"
        page += "\n</details>\n\n"
    return page


def main(command, code, path, dry=""):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    # Windows would write the code page of the machine.
    sys.stdout.buffer.write(page_of(command, code, report, dry).encode("utf-8", "replace"))


main(*sys.argv[1:])
