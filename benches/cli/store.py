#!/usr/bin/env python3
"""What the reference twin needs for a question and for one more document when it holds 10,000 documents of 2 KB on
disk, over keep-alive loopback, as a table: medians, with and without the round trip of a request that needs no store.

    cargo build --release -p twin-cli && benches/cli/store.py [path of twin]
"""

import http.client
import json
import statistics
import sys
import tempfile
import time
import urllib.parse

from local import ROOT, serving

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "fixtures"))

from build.big_notion import Page, markdown  # noqa: E402

DOCUMENTS, ROUNDS = 10_000, 100


def main():
    with tempfile.TemporaryDirectory() as folder, serving("--data", f"{folder}/twin.db") as environment:
        client = Client(environment)
        adds = [client.milliseconds("POST", "/v1/kb", document(number)) for number in range(DOCUMENTS)]
        rare = [f"What is {number}?" for number in range(1000, 1000 + ROUNDS)]
        common = ["Who checks the seal of the rear door before the first round?"] * ROUNDS
        floor = statistics.median(client.milliseconds("GET", "/v1/nothing", None, 404) for _ in range(ROUNDS))
        print("## The reference twin with 10,000 documents of 2 KB\n\n| request | ms | without the round trip |\n|---|---|---|")
        for name, times in [
            ("one more document", adds[-ROUNDS:]),
            ("a question of one rare word", [client.ask(question) for question in rare]),
            ("a question of words that every document has", [client.ask(question) for question in common]),
        ]:
            took = statistics.median(times)
            print(f"| {name} | {took:.2f} | {took - floor:.2f} |")


def document(number):
    page = Page(number, 2000)
    return {"title": page.title, "type": "note", "content": markdown(page).decode()}


class Client:
    """One connection to the twin."""

    def __init__(self, environment):
        url = urllib.parse.urlsplit(environment["TWIN_BASE_URL"])
        self.connection = http.client.HTTPConnection(url.hostname, url.port)
        self.headers = {"Authorization": "Bearer " + environment["TWIN_API_KEY"], "Content-Type": "application/json"}

    def ask(self, question):
        return self.milliseconds("POST", "/v1/twin", {"message": question}, 200)

    def milliseconds(self, method, path, body, wanted=201):
        body = json.dumps(body) if body else None
        began = time.perf_counter()
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1000
        assert answer.status == wanted, f"{method} {path} answered {answer.status}"
        return took


main()
