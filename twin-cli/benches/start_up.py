#!/usr/bin/env python3
"""How long `twin` takes from start to end, as ratios: a whole question over loopback against curl sending
the same POST, and `twin --version` against /bin/true. Needs curl.

    cargo build --release -p twin-cli && python3 twin-cli/benches/start_up.py
"""

import os
import statistics
import subprocess
import sys
import time

ROUNDS = 200
TWIN = sys.argv[1] if len(sys.argv) > 1 else "target/release/twin"
QUESTION = "What is the expense policy?"


def seconds(command, environment):
    began = time.perf_counter()
    nothing = subprocess.DEVNULL
    subprocess.run(command, env=environment, stdin=nothing, stdout=nothing, stderr=nothing, check=True)
    return time.perf_counter() - began


def compare(name, ours, name_of_theirs, theirs, environment):
    """Medians of runs that take turns, so that a busy machine slows both."""
    pairs = [(seconds(ours, environment), seconds(theirs, environment)) for _ in range(ROUNDS)]
    our_median, their_median = (statistics.median(side) * 1000 for side in zip(*pairs))
    ratio = our_median / their_median
    print(f"{name} {our_median:.2f} ms, {name_of_theirs} {their_median:.2f} ms: {ratio:.2f}")


def main():
    limit = str(10 * ROUNDS)
    server = subprocess.Popen([TWIN, "serve", "--rate-limit", limit], stdout=subprocess.PIPE, text=True)
    try:
        words = server.stdout.readline().split()[1:]
        environment = os.environ | dict(word.split("=", 1) for word in words)
        curl = ["curl", "-sS", "--fail", environment["TWIN_BASE_URL"] + "/v1/twin"]
        curl += ["-H", "Authorization: Bearer " + environment["TWIN_API_KEY"]]
        curl += ["-H", "Content-Type: application/json", "-d", '{"message": "%s"}' % QUESTION]
        compare("twin ask", [TWIN, "ask", QUESTION], "curl", curl, environment)
        compare("twin --version", [TWIN, "--version"], "/bin/true", ["/bin/true"], environment)
    finally:
        server.terminate()
        server.wait()


main()
