// addresses.mjs TOOL FILE...: e-mail addresses as Auth.js normalises them, and as TOOL
// (t/tools/authjs-address) does: the files named, with EVERY each character of Unicode in three places, and
// COUNT texts (1000) that are put together of everything that means something in an address, from
// SEED (1). Where both take one they have to agree. Prints one line a difference, then a JSON
// object: how many agree, how many Auth.js alone refuses, and how many TOOL refuses, by reason.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const { defaultNormalizer } = await import(new URL("lib/actions/signin/send-token.js",
  import.meta.resolve("@auth/core")));
const [tool, ...files] = process.argv.slice(2);
const pieces = [
  "@", "@", "@", "@", "\uff20", "\ufe6b", "alice", "Alice", "BOB", "example.com", "Example.ORG", "evil.test", "localhost", "b.c",
  ".", ".", "..", "-", "+tag", "_", ",", "\uff0c", "\ufe50", '"', "\uff02", "'", "<", ">", "\uff1c", "(x)", ":", ";", "\u037e", "\\", "\uff3c",
  "%", "%00", "%40", "!", "/", "|", "=?", "?=", "=?utf-8?q?a=40b?=", " ", " ", "\t", "\r\n", "\n", "\v", "\u0085", "\u00a0", "\u1680",
  "\u2003", "\u2028", "\u2029", "\u3000", "\ufeff", "\u200b", "\u200d", "\u200e", "\u202e", "\u2066", "\u00ad", "\u034f", "\ufe0f",
  "ÄÖÜ", "ß", "ẞ", "İ", "I", "ı", "ΑΣ", "Σ", "σ", "ς", "Ⓐ", "①", "ﬁ", "ﷺ", "K", "Å", "Å", "é", "e\u0301", "\u0301", "日本", "。", "．", "｡",
  "م", "א", "१", "𝐀", "𝔞", "🙂", "xn--bcher-kva", "xn--", "xn--a", "XN--BCHER-KVA", "bücher", "faß", "1", "127.0.0.1", "[::1]",
  "Alice <a@b.c>", "mailto:", "?cc=x", "a".repeat(64), "b".repeat(63), "c".repeat(200), "ab", "x", "y.z",
];

let state = Number(process.env.SEED ?? 1);
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const some = (most) => Array.from({ length: random(most + 1) }, () => pieces[random(pieces.length)]).join("");
const text = () => (random(3) ? `${some(1)}a${some(1)}@${some(1)}b${some(1)}.test${some(1)}` : some(8));

function* everyCharacter() {
  for (let code = 1; code <= 0x10ffff; code += code < 0x40000 || code >> 16 === 14 ? 1 : 61) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const one = String.fromCodePoint(code);
    // What only one of the two knows yet is no letter to the other.
    if (/\p{Cn}/u.test(one)) continue;
    yield `x${one}y@a.test`;
    yield `x@a${one}b.test`;
    yield `${one}x@a.test${one}`;
  }
}

const texts = [...files.map((file) => readFileSync(file, "utf8")), ...(process.env.EVERY ? everyCharacter() : []),
  ...Array.from({ length: Number(process.env.COUNT ?? 1000) }, text)]
  .filter((one) => one && !one.includes("\0"));
const ours = [];
for (let i = 0; i < texts.length; i += 200000) {
  const { stdout, status } = spawnSync(tool, { input: texts.slice(i, i + 200000).map((one) => one + "\0").join(""), maxBuffer: 2 ** 28 });
  if (status) throw new Error(`${tool} ended with ${status}`);
  for (const line of stdout.toString().trim().split("\n")) ours.push(JSON.parse(line));
}

const count = { of: texts.length, agreed: 0, refusedByBoth: 0, refusedByUs: {} };
texts.forEach((input, i) => {
  let theirs;
  try {
    theirs = defaultNormalizer(input);
  } catch {
    theirs = undefined;
  }
  if (typeof ours[i] === "string") {
    if (theirs === undefined) count.refusedByBoth++;
    else count.refusedByUs[ours[i]] = (count.refusedByUs[ours[i]] ?? 0) + 1;
  } else if (theirs === ours[i].address) count.agreed++;
  else console.log("differs", JSON.stringify({ input, theirs, ours: ours[i] }));
});
console.log(JSON.stringify(count));
