"""A program in Python, tested against `twin serve`: python3 -m unittest test_with_twin"""

import json
import os
import subprocess
import unittest
import urllib.error
import urllib.request


class LocalTwin:
    """`twin serve` with a port and a key of its own."""

    def __init__(self, *flags):
        command = [os.environ.get("TWIN", "twin"), "serve", "--json", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        # One line, once it listens: {"baseUrl": "http://127.0.0.1:49152", "apiKey": "twin_test_..."}
        served = json.loads(self.process.stdout.readline())
        self.url, self.key = served["baseUrl"], served["apiKey"]

    def call(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Asking(unittest.TestCase):
    def test_an_answer_names_its_source(self):
        twin = LocalTwin()
        self.addCleanup(twin.stop)
        twin.call("POST", "/v1/kb", {"title": "Leave policy", "content": "Everyone has 25 days of paid leave a year."})
        answer = twin.call("POST", "/v1/twin", {"message": "How many days of paid leave do we have?"})
        self.assertEqual(answer["sources"], ["Leave policy"])

    def test_a_full_window_says_when_to_come_back(self):
        twin = LocalTwin("--fault", "POST /v1/kb: 429 Retry-After 2, once")
        self.addCleanup(twin.stop)
        page = {"title": "A page", "content": "Its text."}
        with self.assertRaises(urllib.error.HTTPError) as refused:
            twin.call("POST", "/v1/kb", page)
        self.assertEqual((refused.exception.code, refused.exception.headers["Retry-After"]), (429, "2"))
        refused.exception.close()
        self.assertEqual(twin.call("POST", "/v1/kb", page)["doc"]["title"], "A page")
