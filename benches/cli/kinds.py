#!/usr/bin/env python3
"""How long files of one kind take when there are many of them: a folder of 200 copies of each sample file, as a table of
milliseconds per file, whole processes, least of five runs. With the `convert` of another commit beside it, the ratios.

    cargo build --release -p twin-examples --bin convert && benches/cli/kinds.py [path of convert [path of an older one]]
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
OFFICE = ["frame-agreement.docx", "minutes.docx", "kickoff.pptx", "price-list.xlsx", "old-list.xls", "berries.pdf"]
FILES = [*(ROOT / "fixtures" / "office" / name for name in OFFICE), ROOT / "README.md"]
COPIES, ROUNDS = 200, 5


def main():
    programs = sys.argv[1:] or [ROOT / "target" / "release" / "convert"]
    print("## Many files of one kind\n")
    print("| file | ms a file | ms of the processor |" + (" time / older | processor / older |" if programs[1:] else ""))
    print("|---|---|---|" + ("---|---|" if programs[1:] else ""))
    for file in FILES:
        with tempfile.TemporaryDirectory() as folder:
            for copy in range(COPIES):
                shutil.copy(file, f"{folder}/{copy}-{file.name}")
            # They take turns, so that what else the machine does slows both.
            rounds = [[measured(program, folder) for program in programs] for _ in range(ROUNDS)]
        least = [tuple(map(min, zip(*runs))) for runs in zip(*rounds)]
        ratios = [f"{now / before:.2f}" for now, before in zip(least[0], least[-1])] if programs[1:] else []
        print(f"| {' | '.join([file.name, *(f'{each / COPIES:.3f}' for each in least[0]), *ratios])} |", flush=True)


def measured(program, folder):
    """Milliseconds of a run, and of the processor in it, child processes included."""
    began = time.perf_counter()
    process = subprocess.Popen([program, folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{program} ended with {os.waitstatus_to_exitcode(status)}")
    return (time.perf_counter() - began) * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3


if __name__ == "__main__":
    main()
