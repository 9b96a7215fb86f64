"""What the measurements of the command line share: the binary, a twin to talk to, and a stopwatch."""

import contextlib
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NOTHING = subprocess.DEVNULL


def target(package=ROOT):
    """Where cargo puts the release binaries of a package."""
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", package / "target")).resolve() / "release"


def binary():
    """The `twin` to measure: the first argument, or what the workspace built last."""
    return sys.argv[1] if len(sys.argv) > 1 else target() / "twin"


@contextlib.contextmanager
def serving(*flags):
    """Runs `twin serve`; the environment of its clients."""
    command = [binary(), "serve", "--rate-limit", "1000000000", *flags]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        words = server.stdout.readline().split()[1:]
        yield os.environ | dict(word.split("=", 1) for word in words)
    finally:
        server.terminate()
        server.wait()


def run(command, environment=None):
    """Runs a command to its good end: its milliseconds, and the megabytes it took at most."""
    began = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdin=NOTHING, stdout=NOTHING, stderr=NOTHING)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    took = (time.perf_counter() - began) * 1000
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return took, usage.ru_maxrss / 1e3
