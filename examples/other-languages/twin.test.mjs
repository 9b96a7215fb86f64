// A program in JavaScript, tested against `twin serve`: node --test twin.test.mjs
import assert from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

// `twin serve` with a port and a key of its own.
async function localTwin(t, ...flags) {
  const server = spawn(process.env.TWIN ?? "twin", ["serve", "--json", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => server.kill());
  // One line, once it listens: {"baseUrl": "http://127.0.0.1:49152", "apiKey": "twin_test_..."}
  const [line] = await once(createInterface(server.stdout), "line");
  const { baseUrl, apiKey } = JSON.parse(line);
  return (method, path, body) =>
    fetch(baseUrl + path, {
      method,
      headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
}

test("a question about what nobody wrote down is escalated", async (t) => {
  const call = await localTwin(t);
  const answer = await (await call("POST", "/v1/twin", { message: "Can you approve the $15k contract with Acme?" })).json();
  assert.equal(answer.shouldEscalate, true);
  const listed = await (await call("GET", "/v1/escalations")).json();
  assert.equal(listed.total, 1);
});

test("what the program sent is on record", async (t) => {
  const record = join(mkdtempSync(join(tmpdir(), "twin-")), "requests.jsonl");
  const call = await localTwin(t, "--record", record);
  await call("POST", "/v1/kb", { title: "Leave policy", content: "25 days a year.", type: "policy" });
  const [request] = readFileSync(record, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(`${request.method} ${request.path}`, "POST /v1/kb");
  assert.deepEqual(request.body, { title: "Leave policy", content: "25 days a year.", type: "policy" });
  assert.equal(request.headers.authorization, undefined);
});
