#!/usr/bin/env python3
"""What `twin` weighs and how long it takes from start to end, each beside its goal: the size of the stripped
binary; `twin --version` against the least program with clap; a whole question over loopback against curl sending
the same POST. Needs curl. Times are medians of runs that take turns, so that a busy machine slows both.

    cargo build --release -p twin-cli && python3 twin-cli/benches/start_up.py [path of twin]
"""

import os
import statistics
import subprocess
import sys
import time

ROUNDS = 200
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TWIN = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "target", "release", "twin")
QUESTION = "What is the expense policy?"


def seconds(command, environment):
    began = time.perf_counter()
    nothing = subprocess.DEVNULL
    subprocess.run(command, env=environment, stdin=nothing, stdout=nothing, stderr=nothing, check=True)
    return time.perf_counter() - began


def compare(name, ours, name_of_theirs, theirs, goal, environment):
    pairs = [(seconds(ours, environment), seconds(theirs, environment)) for _ in range(ROUNDS)]
    our_median, their_median = (statistics.median(side) * 1000 for side in zip(*pairs))
    ratio = our_median / their_median
    print(f"{name}: {our_median:.2f} ms, {name_of_theirs} {their_median:.2f} ms: {ratio:.2f} (goal: under {goal})")


def bare_clap():
    """Builds the least program with clap; its path."""
    package = os.path.join(ROOT, "benches", "bare-clap")
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=package, check=True)
    return os.path.join(package, "target", "release", "bare-clap")


def main():
    size = os.path.getsize(TWIN) / 1e6
    print(f"size: {size:.1f} MB (goal: under 12)")
    compare("twin --version", [TWIN, "--version"], "bare clap", [bare_clap(), "--version"], 1.5, os.environ)
    serve = [TWIN, "serve", "--rate-limit", str(10 * ROUNDS)]
    server = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    try:
        words = server.stdout.readline().split()[1:]
        environment = os.environ | dict(word.split("=", 1) for word in words)
        curl = ["curl", "-sS", "--fail", environment["TWIN_BASE_URL"] + "/v1/twin"]
        curl += ["-H", "Authorization: Bearer " + environment["TWIN_API_KEY"]]
        curl += ["-H", "Content-Type: application/json", "-d", '{"message": "%s"}' % QUESTION]
        compare("twin ask", [TWIN, "ask", QUESTION], "curl", curl, 0.5, environment)
    finally:
        server.terminate()
        server.wait()


main()
