// How much JavaScript, compressed, the first load takes: the entry, what it imports, the first screen and its texts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 300;
const assets = join(import.meta.dirname, "../dist/assets");
const files = readdirSync(assets);
const html = readFileSync(join(assets, "../index.html"), "utf8");

const starts = [...html.matchAll(/\/assets\/([\w.-]+\.js)/g)].map(([, name]) => name);
for (const screen of ["Live", "en"]) starts.push(files.find((name) => new RegExp(`^${screen}-[\\w-]{8}\\.js$`).test(name)));

const needed = new Set();
const queue = [...starts];
while (queue.length > 0) {
  const name = queue.pop();
  if (needed.has(name)) continue;
  needed.add(name);
  const code = readFileSync(join(assets, name), "utf8");
  // Static imports only: `import("…")` is fetched when it is asked for.
  for (const [, other] of code.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) queue.push(other);
}

const sizes = [...needed].map((name) => [gzipSync(readFileSync(join(assets, name)), { level: 9 }).length / 1000, name]);
const total = sizes.reduce((sum, [size]) => sum + size, 0);
for (const [size, name] of sizes.sort(([a], [b]) => b - a).slice(0, 8)) console.log(size.toFixed(1).padStart(8), "kB ", name);
console.log(`${total.toFixed(1)} kB of ${LIMIT_KB} kB in ${needed.size} files`);
process.exitCode = total <= LIMIT_KB ? 0 : 1;
