"""Prints the report of a sync or an import as Markdown: summary.py COMMAND EXIT-CODE REPORT."""

import json
import sys

MOST_ROWS = 50


def cell(text):
    """Text of a report as a table's cell: no markup of its own, one line."""
    signs = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "`": "&#96;", "[": "&#91;", "*": "&#42;", "_": "&#95;"}
    return "".join(signs.get(sign, sign) for sign in " ".join(str(text).split()))


def main(command, code, path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    counts = ["created", "replaced", "pruned", "unchanged", "adopted", "kept", "remaining"]
    print(f"### twin kb {command}: exit code {code}\n")
    print("| " + " | ".join(counts) + " |\n" + "|---:" * len(counts) + "|")
    print("| " + " | ".join(str(report.get(count, 0)) for count in counts) + " |\n")
    for name, columns in [("failed", ["key", "code", "message"]), ("unresolved", ["key", "title", "reason"]), ("skipped", ["path", "reason"])]:
        rows = report.get(name) or []
        if not rows:
            continue
        print(f"<details><summary>{len(rows)} {name}</summary>\n")
        print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
        for row in rows[:MOST_ROWS]:
            print("| " + " | ".join(cell(row.get(column, "")) for column in columns) + " |")
        if len(rows) > MOST_ROWS:
            print(f"\nand {len(rows) - MOST_ROWS} more in the report")
        print("\n</details>\n")


main(*sys.argv[1:])
