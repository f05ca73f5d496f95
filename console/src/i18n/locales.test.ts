import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LANGUAGES } from "./languages";

type Texts = { [key: string]: string | Texts };

const read = (language: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "locales", `${language}.json`), "utf8")) as Texts;

function flat(texts: Texts, above = ""): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === "string" ? [[above + key, value] as const] : [...flat(value, `${above}${key}.`)],
    ),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name) ? [readFileSync(path, "utf8")] : [];
  });
}

const english = flat(read("en"));
const placeholders = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort();

test.each(Object.keys(LANGUAGES))("%s says everything that English says, with the same placeholders", (language) => {
  const texts = flat(read(language));
  expect([...texts.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of texts) {
    expect(text.trim(), key).not.toBe("");
    expect(placeholders(text), key).toEqual(placeholders(english.get(key)!));
  }
});

test("every text that the console asks for is there", () => {
  const asked = new Set<string>();
  for (const source of sources(join(import.meta.dirname, ".."))) {
    // t("a.b"), and both sides of t(condition ? "a.b" : "c.d").
    for (const [call] of source.matchAll(/\bt\((?:[^()"`]|\([^()]*\))*"[a-z_]+\.[a-z0-9_.]+"(?:\s*:\s*"[a-z0-9_.]+")?/g)) {
      for (const [, key] of call.matchAll(/"([a-z_]+\.[a-z0-9_.]+)"/g)) asked.add(key!);
    }
  }
  expect(asked.size).toBeGreaterThan(350);
  expect([...asked].filter((key) => !english.has(key))).toEqual([]);
});

test("every family of texts that is asked for by a name made at run time has members", () => {
  const families = new Set<string>();
  for (const source of sources(join(import.meta.dirname, ".."))) {
    for (const [, family] of source.matchAll(/\bt\(`([a-z_]+)\.[a-z_]*\$\{/g)) families.add(family!);
  }
  const known = new Set([...english.keys()].map((key) => key.split(".")[0]!));
  expect([...families].filter((family) => !known.has(family))).toEqual([]);
});
