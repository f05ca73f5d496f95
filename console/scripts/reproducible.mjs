// Builds the console anew beside the committed build and compares the two, byte by byte.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
const anew = mkdtempSync(join(tmpdir(), "console-"));

function digests(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath ?? file.path, file.name)).sort();
  return new Map(paths.map((path) => [relative(folder, path), createHash("sha256").update(readFileSync(path)).digest("hex")]));
}

try {
  execFileSync("npx", ["vite", "build", "--outDir", anew, "--emptyOutDir", "--logLevel", "warn"], { cwd: root, stdio: "inherit" });
  const [committed, built] = [digests(join(root, "dist")), digests(anew)];
  const names = new Set([...committed.keys(), ...built.keys()]);
  const different = [...names].filter((name) => committed.get(name) !== built.get(name));
  for (const name of different) console.error(`differs: ${name}`);
  console.log(different.length === 0 ? `${names.size} files are the same` : `${different.length} of ${names.size} files differ`);
  process.exitCode = different.length === 0 ? 0 : 1;
} finally {
  rmSync(anew, { recursive: true });
}
