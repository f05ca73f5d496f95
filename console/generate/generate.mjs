// Makes src/api/schema.d.ts of docs/openapi.json.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const here = (path) => new URL(path, import.meta.url);
const document = JSON.parse(await readFile(here("../../docs/openapi.json"), "utf8"));
const schemas = document.components.schemas;

// A reference to a schema that the document does not have says nothing: it becomes "anything".
function settle(node) {
  if (Array.isArray(node)) return node.map(settle);
  if (node === null || typeof node !== "object") return node;
  const named = /^#\/components\/schemas\/(.+)$/.exec(node.$ref ?? "")?.[1];
  if (named && !(named in schemas)) return {};
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, settle(value)]));
}

const types = astToString(await openapiTS(settle(document)));
await writeFile(here("../src/api/schema.d.ts"), `// Made of docs/openapi.json by \`npm run api\`; do not edit.\n\n${types}`);
