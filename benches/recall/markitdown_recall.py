"""Word recall and speed of our converters against Python's markitdown, with pandoc beside it.

    python3 benches/recall/markitdown_recall.py --ours 'COMMAND {file}' FILE...

COMMAND prints the text it finds in {file}. Recall is the share of markitdown's
words (lower-cased runs of letters and digits, counted as often as they occur,
without markup and link targets) that our text has too. Times are of whole
processes, the fastest of --runs. See README.md beside this file.
"""

import argparse
import collections
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time
import venv
from dataclasses import asdict, dataclass

MARKITDOWN = "markitdown[all]==0.1.8"
DEFAULT_FLOOR = {"pdf": 0.93, "": 0.97}

# Pandoc of the system, where there is one: the kinds it reads, by its names for them.
PANDOC_READS = {"docx": "docx", "html": "html", "md": "markdown", "csv": "csv"}

# What markitdown adds and no file says: comments, pictures, link targets, escapes,
# the names pandas invents for empty cells, the zero of a whole number that Python
# read as a float, and the midnight of a date.
ADDED = (
    (re.compile(r"<!--.*?-->", re.DOTALL), " "),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), " "),
    (re.compile(r"(?<=\])\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)"), " "),
    (re.compile(r"<(?:https?|mailto):[^>\s]*>"), " "),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])"), r"\1"),
    (re.compile(r"&(?:amp|lt|gt|quot|nbsp);"), " "),
)
ADDED_BY_PYTHON = tuple(map(re.compile, (r"\bNaN\b", r"\bUnnamed: \d+(?:_level_\d+)?", r"(?<=\d)\.0\b", r"(?<=\d) 00:00:00\b")))


@dataclass
class Row:
    """One file's comparison."""

    file: str
    kind: str
    words: int
    recall: float
    markitdown_ms: float
    ours_ms: float
    missing: list
    # The same share of pandoc's text, where it reads the kind.
    pandoc_recall: float | None = None
    pandoc_ms: float | None = None

    @property
    def times_faster(self):
        return self.markitdown_ms / self.ours_ms if self.ours_ms else float("inf")


def main():
    options = parse_options()
    try:
        python = install(options.venv)
    except subprocess.CalledProcessError:
        shutil.rmtree(options.venv, ignore_errors=True)  # or the next run takes it for whole
        print("not measured: markitdown could not be installed")
        return 2
    rows = [compare(path, python, options) for path in options.files]
    if options.json:
        print(json.dumps([asdict(row) | {"timesFaster": row.times_faster} for row in rows], indent=1, ensure_ascii=False))
    else:
        print_table(rows, options.show_missing)
    low = [row for row in rows if row.recall < floor(row.kind, options.at_least)]
    for row in low:
        print(f"below the floor of {floor(row.kind, options.at_least)}: {row.file} has {row.recall:.3f}", file=sys.stderr)
    return 1 if low else 0


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--ours", required=True, metavar="COMMAND", help="prints the text of {file}; split like a shell does, not run by one")
    parser.add_argument("--venv", type=pathlib.Path, default=pathlib.Path("target/markitdown-venv"), help="made when it is not there (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="each command runs so often, the fastest counts (default: %(default)s)")
    parser.add_argument("--at-least", action="append", default=[], metavar="[KIND=]RECALL", help="exit 1 below this; default 0.97 and pdf=0.93")
    parser.add_argument("--show-missing", type=int, default=8, metavar="N", help="words that we miss most often (default: %(default)s)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def install(folder):
    """A virtual environment with markitdown in it; gives its Python."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        print(f"installing {MARKITDOWN} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", MARKITDOWN], check=True)
    return python


def compare(path, python, options):
    """Both converters on one file."""
    theirs, their_ms = fastest([str(python), "-m", "markitdown", str(path)], options.runs)
    ours, our_ms = fastest([part.replace("{file}", str(path)) for part in shlex.split(options.ours)], options.runs)
    kind = path.suffix.lower().lstrip(".")
    wanted, found = words(plain(theirs, kind)), words(ours)
    missing = wanted - found
    total = wanted.total()
    recall = 1 - missing.total() / total if total else 1.0
    row = Row(str(path), kind, total, recall, their_ms, our_ms, missing.most_common(options.show_missing))
    if kind in PANDOC_READS and shutil.which("pandoc"):
        text, row.pandoc_ms = fastest(["pandoc", "--from", PANDOC_READS[kind], "--to", "plain", "--wrap=none", str(path)], options.runs)
        row.pandoc_recall = 1 - (wanted - words(text)).total() / total if total else 1.0
    return row


def fastest(command, runs):
    """The output of a command, and the milliseconds of its fastest run."""
    best, output = float("inf"), ""
    for _ in range(max(1, runs)):
        start = time.perf_counter()
        result = subprocess.run(command, capture_output=True, check=False)
        best = min(best, (time.perf_counter() - start) * 1000)
        if result.returncode:
            sys.exit(f"{shlex.join(command)} failed with {result.returncode}:\n{result.stderr.decode(errors='replace')[-2000:]}")
        output = result.stdout.decode(errors="replace")
    return output, best


def plain(markdown, kind):
    """markitdown's text without what markitdown added to it, and with the words whole that a page's lines cut."""
    if kind == "pdf":
        markdown = re.sub(r"(?<=[^\W\d])-\n(?=[^\W\d])", "", markdown)
    for pattern, replacement in ADDED:
        markdown = pattern.sub(replacement, markdown)
    for pattern in ADDED_BY_PYTHON if kind in ("xlsx", "xls", "pptx") else ():
        markdown = pattern.sub(" ", markdown)
    return markdown


def words(text):
    """How often each word occurs."""
    return collections.Counter(re.findall(r"\w+", text.lower().replace("_", " ")))


def floor(kind, given):
    """The least recall for a kind of file."""
    floors = dict(DEFAULT_FLOOR)
    for entry in given:
        name, _, value = entry.rpartition("=")
        floors[name] = float(value)
    return floors.get(kind, floors[""])


def print_table(rows, show_missing):
    print("## Word recall and speed beside markitdown and pandoc\n\n| file | words | recall | markitdown | ours | times faster | pandoc's recall | pandoc | missed most |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        missing = ", ".join(f"{word} ×{count}" for word, count in row.missing[:show_missing])
        pandoc = f"{row.pandoc_recall:.3f} | {row.pandoc_ms:.0f} ms" if row.pandoc_recall is not None else "– | –"
        print(f"| {pathlib.Path(row.file).name} | {row.words} | {row.recall:.3f} | {row.markitdown_ms:.0f} ms | {row.ours_ms:.1f} ms | {row.times_faster:.0f} | {pandoc} | {missing} |")


if __name__ == "__main__":
    sys.exit(main())
