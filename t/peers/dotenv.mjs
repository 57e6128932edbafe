// dotenv.mjs TOOL FILE...: .env files as @next/env reads them, and as TOOL (t/tools/authjs-dotenv)
// does: the files named, and COUNT texts (1000) that are put together of everything that means
// something in the format, from SEED (1). Prints one line a difference, how many texts agree, and
// how many are refused: references that never end, of which @next/env may run out of memory.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import nextEnv from "@next/env";

const [tool, ...files] = process.argv.slice(2);
const environment = { FROM_PROCESS: "process", WITH_DOLLAR: "a$$b$&c$'d", EMPTY: "" };
const pieces = [
  "A", "B", "AUTH_SECRET", "x.y-z", "export ", "export\n", "=", "=", "=", " = ", ": ", ":", "\n", "\n", "\n", "\r\n", "\r",
  "'", "'", '"', '"', "`", "\\'", '\\"', "\\`", "\\", "\\\\", "\\n", "\\r", "#", " #", " ", "\t", "\v", "\u00a0", "\ufeff", "\u2028",
  "$A", "${A}", "${B:-b}", "${C:-}", "$C:-d", "\\$A", "$", "$$", "${", "}", "$FROM_PROCESS", "$WITH_DOLLAR", "${EMPTY:-e}", "$&",
  "$`", "$'", "value", "1", "ä", "FROM_PROCESS=", "EMPTY=", "\nA=", "\nB=", "\nC='", '\nD="',
];

let state = Number(process.env.SEED ?? 1);
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const text = () => Array.from({ length: 1 + random(24) }, () => pieces[random(pieces.length)]).join("");

function nextReads(contents) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  const file = { path: ".env", contents, env: {} };
  nextEnv.processEnv([file], ".", console, true);
  return { ...file.env };
}

const texts = [...files.map((file) => readFileSync(file, "utf8")),
  ...Array.from({ length: Number(process.env.COUNT ?? 1000) }, text)];
const { stdout, status } = spawnSync(tool, { input: texts.map((one) => one + "\0").join(""), env: environment, maxBuffer: 2 ** 28 });
if (status) throw new Error(`${tool} ended with ${status}`);
const ours = stdout.toString().trim().split("\n").map((line) => JSON.parse(line));
let agreed = 0, refused = 0;
texts.forEach((contents, i) => {
  if (typeof ours[i] === "string") {
    refused++;
    if (!/in a circle|longer than 64/.test(ours[i])) console.log("refused", JSON.stringify({ contents, why: ours[i] }));
    return;
  }
  const theirs = nextReads(contents);
  // What the process has counts more in both, whatever becomes of it here.
  for (const name of Object.keys(environment)) for (const one of [theirs, ours[i]]) delete one[name];
  const sorted = (object) => JSON.stringify(Object.entries(object).sort());
  if (sorted(theirs) === sorted(ours[i])) agreed++;
  else console.log("differs", JSON.stringify({ contents, theirs, ours: ours[i] }));
});
console.log(`agreed ${agreed}, refused ${refused}, of ${texts.length}`);
