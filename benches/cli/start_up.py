#!/usr/bin/env python3
"""What `twin` weighs and how long it takes from start to end, as a table: the size of the stripped binary;
`twin --version` beside the least program with clap; a whole question over loopback beside curl sending the same
POST. Times are medians of runs that take turns, so that a busy machine slows both.

    cargo build --release -p twin-cli && benches/cli/start_up.py [path of twin]
"""

import os
import shutil
import statistics
import subprocess

from local import ROOT, binary, run, serving, target

ROUNDS = 200
QUESTION = "What is the expense policy?"


def main():
    twin = binary()
    print("## Size and start-up\n\n| what | twin | beside | ratio |\n|---|---|---|---|")
    print(f"| stripped binary | {os.path.getsize(twin) / 1e6:.1f} MB | | |")
    compare("--version", [twin, "--version"], "bare clap", [bare_clap(), "--version"])
    if not shutil.which("curl"):
        print("| ask over loopback | not measured: curl is missing |")
        return
    with serving() as environment:
        curl = ["curl", "-sS", "--fail", environment["TWIN_BASE_URL"] + "/v1/twin"]
        curl += ["-H", "Authorization: Bearer " + environment["TWIN_API_KEY"]]
        curl += ["-H", "Content-Type: application/json", "-d", '{"message": "%s"}' % QUESTION]
        compare("ask over loopback", [twin, "ask", QUESTION], "curl", curl, environment)


def compare(name, ours, name_of_theirs, theirs, environment=None):
    pairs = [(run(ours, environment)[0], run(theirs, environment)[0]) for _ in range(ROUNDS)]
    our_median, their_median = (statistics.median(side) for side in zip(*pairs))
    ratio = our_median / their_median
    print(f"| {name} | {our_median:.2f} ms | {name_of_theirs}: {their_median:.2f} ms | {ratio:.2f} |")


def bare_clap():
    """Builds the least program with clap; its path."""
    package = ROOT / "benches" / "bare-clap"
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=package, check=True)
    return target(package) / "bare-clap"


main()
