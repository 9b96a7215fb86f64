"""The reference twin under load, and after a SIGKILL in the middle of it. See README.md beside this file."""

import argparse
import collections
import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

KEPT = 3  # documents each connection keeps, so that the knowledge base has one size
SETTLED = 10  # seconds until the memory is measured first


class Server:
    """`twin serve` on a data file."""

    def __init__(self, twin, data):
        command = [twin, "serve", "--data", str(data), "--rate-limit", "100000000", "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        told = json.loads(self.process.stdout.readline())
        self.address = told["baseUrl"].removeprefix("http://")
        self.headers = {"Authorization": f"Bearer {told['apiKey']}", "Content-Type": "application/json"}

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def kill(self):
        self.process.kill()
        self.process.wait()


class Client(threading.Thread):
    """One connection that never pauses."""

    def __init__(self, server, number, dying):
        super().__init__(daemon=True)
        self.server, self.number, self.dying = server, number, dying
        self.connection = http.client.HTTPConnection(server.address, timeout=60)
        self.requests, self.errors = collections.Counter(), []
        self.created, self.deleted = collections.deque(), []

    def call(self, method, path, body=None, wanted=200):
        body = None if body is None else json.dumps(body)
        self.connection.request(method, path, body, self.server.headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status != wanted:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:200]}")
        return json.loads(text)

    def step(self, n):
        name = f"{self.number}-{n}"
        if n % 4 == 0:
            text = f"Document {name} says that the answer of client {self.number} is {n}."
            created = self.call("POST", "/v1/kb", {"title": name, "content": text}, 201)
            self.created.append((created["doc"]["id"], text))
        elif n % 4 == 1:
            self.call("POST", "/v1/twin", {"message": f"What is the answer of client {self.number}?"})
        elif n % 4 == 2:
            self.call("GET", "/v1/kb?limit=20")
        elif len(self.created) > KEPT:
            # A delete without an answer leaves it open whether the document is there.
            identifier, _ = self.created.popleft()
            self.call("DELETE", f"/v1/kb/{identifier}")
            self.deleted.append(identifier)

    def run(self):
        n = 0
        while True:
            try:
                self.step(n)
                self.requests[n % 4] += 1
            except Exception as error:  # whatever it is, it is counted
                if not self.dying.is_set():
                    self.errors.append(repr(error))
                    self.connection.close()
                else:
                    return
            n += 1


def verify(server, clients):
    """How many acknowledged creates are gone, and how many acknowledged deletes are back."""
    connection, lost, back = http.client.HTTPConnection(server.address, timeout=60), 0, 0

    def get(identifier):
        connection.request("GET", f"/v1/kb/{identifier}", headers=server.headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    for client in clients:
        for identifier, text in client.created:
            status, body = get(identifier)
            lost += status != 200 or body["doc"]["content"] != text
        back += sum(get(identifier)[0] != 404 for identifier in client.deleted)
    return lost, back


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--twin", default="target/release/twin")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "twin.db"
        server, dying = Server(options.twin, data), threading.Event()
        clients = [Client(server, number, dying) for number in range(options.connections)]
        begun = time.monotonic()
        for client in clients:
            client.start()
        time.sleep(min(SETTLED, options.seconds / 2))
        early = server.resident_mib()
        time.sleep(max(0.0, options.seconds - (time.monotonic() - begun)))
        late, elapsed = server.resident_mib(), time.monotonic() - begun
        requests = sum(sum(client.requests.values()) for client in clients)
        dying.set()
        server.kill()
        for client in clients:
            client.join()
        again = Server(options.twin, data)
        lost, back = verify(again, clients)
        again.kill()
    errors = [error for client in clients for error in client.errors]
    created = sum(len(client.created) + len(client.deleted) for client in clients)
    deleted = sum(len(client.deleted) for client in clients)
    print(f"{options.connections} connections, {elapsed:.0f} s: {requests} requests, {requests / elapsed:.0f}/s")
    print(f"errors: {len(errors)} {errors[:3] or ''}")
    print(f"resident memory: {early:.1f} MiB early, {late:.1f} MiB at the end")
    print(f"after SIGKILL: {lost} of {created} acknowledged creates lost, {back} of {deleted} deletes back")
    sys.exit(bool(errors or lost or back or late > 1.25 * early))


if __name__ == "__main__":
    main()
