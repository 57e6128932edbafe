// schema.mjs TOOL SCHEMA CATALOGUE: definitions as ajv takes them by SCHEMA, and as TOOL
// (t/tools/authjs-catalogue) does: each of CATALOGUE with one thing changed, every member taken
// away, called otherwise, of another type, or one deeper. Prints one line a difference, and one a
// refusal that does not say where; how many files there were, how many both refuse, and how many
// whose structure is right our checks refuse. OTHER: a schema for TOOL that is not SCHEMA,
// of which the first difference does.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

const [tool, schemaFile, catalogueFile] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
// Of type webauthn there is nothing to define.
const catalogue = Object.fromEntries(Object.entries(read(catalogueFile)).filter(([, { type }]) => type !== "webauthn"));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false }).compile(read(schemaFile));

const other = [null, true, 0, -1, 1.5, "", "x", [], ["x"], [1], {}, { x: "y" }, { x: 1 }];

// [file, where the change is]
function* changes(value, put, path) {
  for (const instead of other) yield [put(instead), path];
  yield [put([value]), path];
  yield [put({ [path.at(-1)]: value }), path];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) yield* changes(value[i], (instead) => put(value.with(i, instead)), [...path, i]);
    yield [put([...value, ...value]), path];
  } else if (typeof value === "object" && value) {
    for (const [name, member] of Object.entries(value)) {
      const { [name]: _, ...rest } = value;
      yield [put(rest), [...path, name]];
      for (const called of [name + "s", name.toUpperCase(), " " + name, "$" + name])
        if (!(called in value)) yield [put({ ...rest, [called]: member }), [...path, name]];
      yield* changes(member, (instead) => put({ ...value, [name]: instead }), [...path, name]);
    }
  }
}

const files = new Map([[JSON.stringify(catalogue), []]]);
for (const file of [{}, [], null, { $schema: "./schema.json" }, { $schema: 1 }, { $schema: {} }]) files.set(JSON.stringify(file), []);
for (const [id, definition] of Object.entries(catalogue))
  for (const [file, path] of changes(definition, (instead) => ({ [id]: instead }), [id])) files.set(JSON.stringify(file), path);

const texts = [...files.keys()];
function ask(some, ...args) {
  const { stdout, status, signal } = spawnSync(tool, args, { input: some.map((one) => one + "\0").join(""), maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${tool} ended with ${status ?? signal}`);
  return stdout.toString().trim().split("\n").map((line) => JSON.parse(line));
}

const { OTHER } = process.env;
for (let at = 0; OTHER && at < texts.length; at += 1000) {
  const some = texts.slice(at, at + 1000), answers = ask(some, OTHER);
  const differs = some.find((text, i) => validate(JSON.parse(text)) !== (answers[i] === null));
  if (differs) {
    console.log("differs", differs);
    process.exit();
  }
}

const structure = ask(texts, OTHER ?? schemaFile), ours = ask(texts);
let refused = 0, more = 0;
texts.forEach((text, i) => {
  const fits = validate(JSON.parse(text)), path = files.get(text);
  if (fits !== (structure[i] === null)) console.log("differs", text, structure[i], validate.errors?.[0]?.message);
  if (fits ? ours[i] !== null : ours[i] === null) fits ? more++ : console.log("taken", text);
  if (!fits) refused++;
  // It names what was changed, or what that stands in, or the place that an option was for.
  if (ours[i] !== null && !ours[i].startsWith(path.slice(0, -1).join(".") || path.join("")) &&
    !(path.includes("options") && ours[i].includes("options no member")))
    console.log("elsewhere", path.join("."), ours[i], text);
});
if (ours[0] !== null) console.log("the catalogue is refused:", ours[0]);
console.log(`${texts.length} files, ${refused} refused by both, ${more} by our checks alone`);
