// Usage: node validate.mjs FILE...
// Each object of the YAML files is held against the schema of its kind (types, enumerations, what is required), and compiled
// as a literal of its type, which finds fields that the kind does not have: the API server would drop them silently.
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import yaml from "js-yaml";

const folder = path.dirname(new URL(import.meta.url).pathname);

function moduleOf(apiVersion) {
  const owner = apiVersion.startsWith("monitoring.coreos.com/") ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
  return `${owner}/${apiVersion}`;
}

const faults = [];
let count = 0;
const program = [];
for (const file of process.argv.slice(2)) {
  for (const object of yaml.loadAll(fs.readFileSync(file, "utf8"))) {
    if (!object) continue;
    const name = `${file}: ${object.kind} ${object.metadata?.name}`;
    const models = await import(moduleOf(object.apiVersion));
    try {
      new models[object.kind](object).validate();
    } catch (error) {
      faults.push(`${name}: ${error.message}`);
    }
    const {apiVersion, kind, ...fields} = object;
    program.push(`import {${kind} as Kind${count}} from "${moduleOf(apiVersion)}";\nnew Kind${count}(${JSON.stringify(fields)});`);
    count += 1;
  }
}

const source = path.join(folder, "objects.generated.ts");
fs.writeFileSync(source, program.join("\n"));
const compiled = ts.createProgram([source], {
  noEmit: true, strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext, types: [],
});
for (const found of ts.getPreEmitDiagnostics(compiled)) {
  faults.push(ts.flattenDiagnosticMessageText(found.messageText, "\n").slice(0, 600));
}
fs.rmSync(source);
for (const fault of faults) console.log(`FAIL ${fault}`);
console.log(`${count} objects`);
process.exit(faults.length > 0 || count === 0 ? 1 : 0);
