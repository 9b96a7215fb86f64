"""How many of the signs that carry meaning (powers, numbers of clauses, merged cells, formats, forms, notes …) are in
the text: ours, markitdown's, pandoc's.

    python3 benches/recall/signs_kept.py --ours 'COMMAND {file}' [CASES.json ...]

A case is a file and strings that its text must hold; the fixtures' own are read unless others are given. Strings are
compared without markup and with single blanks, so that a table counts however it is drawn. What a program cannot read
at all counts as not kept, and is marked with a dash.
"""

import argparse
import collections
import html
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import markitdown_recall  # noqa: E402

FIXTURES = pathlib.Path(__file__).parent.parent.parent / "fixtures"
READ_BY_PANDOC = {"docx": "docx", "html": "html", "htm": "html", "md": "markdown", "csv": "csv"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=pathlib.Path, metavar="CASES.json")
    parser.add_argument("--ours", required=True, metavar="COMMAND", help="prints the text of {file}")
    parser.add_argument("--venv", type=pathlib.Path, default=pathlib.Path("target/markitdown-venv"))
    parser.add_argument("--show-lost", action="store_true", help="list what each program loses")
    options = parser.parse_args()
    python = markitdown_recall.install(options.venv)
    programs = {
        "ours": lambda path: output([part.replace("{file}", str(path)) for part in shlex.split(options.ours)]),
        "markitdown": lambda path: output([str(python), "-m", "markitdown", str(path)]),
        "pandoc": by_pandoc,
    }
    kinds, kept, lost = collections.Counter(), collections.Counter(), []
    readable = set()
    for path, signs in cases(options.cases or sorted(FIXTURES.glob("**/signs.json"))):
        kind = path.suffix.lstrip(".")
        kinds[kind] += len(signs)
        for name, program in programs.items():
            text = program(path)
            if text is None:
                continue
            readable.add((name, kind))
            text = bare(text)
            for sign in signs:
                if bare(sign) in text:
                    kept[name, kind] += 1
                else:
                    lost.append((name, path.name, sign))
    print_table(kinds, kept, readable, programs)
    if options.show_lost:
        print(*(f"{name}: {file}: {sign!r}" for name, file, sign in lost), sep="\n")
    return 0


def cases(lists):
    """Each file with its signs."""
    for path in lists:
        for case in json.loads(path.read_text()):
            if case["contains"]:
                yield path.parent / case["file"], case["contains"]


def output(command):
    """What a program prints; None where it cannot read the file."""
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def by_pandoc(path):
    kind = READ_BY_PANDOC.get(path.suffix.lstrip("."))
    if not kind or not shutil.which("pandoc"):
        return None
    return output(["pandoc", "--from", kind, "--to", "plain", "--wrap=none", str(path)])


def bare(text):
    """The text without markup, and with single blanks."""
    text = html.unescape(re.sub(r"<[^<>]*>", "", text))
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!|<>~^-])", r"\1", text)
    return " ".join(re.sub(r"[|*`#]|\+?-{3,}|:-+:?", " ", text).split())


def print_table(kinds, kept, readable, programs):
    print(f"## Signs kept\n\n| kind | signs | {' | '.join(programs)} |\n|---|---|{'---|' * len(programs)}")
    for kind, count in sorted(kinds.items()):
        cells = [str(kept[name, kind]) if (name, kind) in readable else "–" for name in programs]
        print(f"| {kind} | {count} | {' | '.join(cells)} |")
    totals = [str(sum(kept[name, kind] for kind in kinds)) for name in programs]
    print(f"| all | {kinds.total()} | {' | '.join(totals)} |")


if __name__ == "__main__":
    sys.exit(main())
