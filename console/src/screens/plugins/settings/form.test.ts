import { expect, test } from "vitest";
import { formOf, type Schema } from "./form";
import { changesOf, read, same, typedOf, type Typed } from "./typed";

const schema: Schema = {
  type: "object",
  required: ["merchant"],
  properties: {
    merchant: { title: "Merchant", description: "Who is paid.", type: "string", minLength: 2, maxLength: 4 },
    pem: { type: "string", maxLength: 16384 },
    tries: { type: "integer", minimum: 1, maximum: 5 },
    score: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
    live: { type: "boolean" },
    looks: { enum: [1, 2, 4] },
    currencies: { type: "array", minItems: 1, maxItems: 3, uniqueItems: true, items: { type: "string", minLength: 3, maxLength: 3 } },
    ports: { type: "array", items: { type: "integer", minimum: 1 } },
    certificates: { type: "array", items: { type: "string", maxLength: 16384 } },
    key: { type: "string", "x-secret": true },
    acquirer: {
      title: "Acquirer",
      type: "object",
      properties: { host: { type: "string" }, pin: { type: "string", "x-secret": true }, more: { type: "object", properties: { a: { type: "string" } } } },
    },
    rules: { type: "array", items: { type: "object" } },
    either: { type: ["string", "integer"] },
    "a.b": { type: "string" },
  },
};

const values = { merchant: "m-1", tries: 3, live: false, looks: 4, currencies: ["EUR"], acquirer: { host: "a" }, rules: [{ a: 1 }] };
const hidden = [
  { key: "key", names_secrets: true, found: ["acme.key"], misses_one: false },
  { key: "acquirer.pin", names_secrets: true, found: [], misses_one: true },
];
const form = formOf({ schema, values, hidden, sources: { tries: "a.toml" } } as never);
const fields = form.flatMap((part) => part.fields);
const field = (key: string) => fields.find((one) => one.key === key)!;
const typed = (key: string, now: Typed) => read(field(key), now);
const misfit = (key: string, now: Typed) => {
  const told = typed(key, now);
  return told.misfit ? [told.misfit.code, told.misfit.limit] : told.value;
};

test("each setting gets the control that fits what it may hold", () => {
  expect(Object.fromEntries(fields.map(({ key, kind }) => [key, kind]))).toEqual({
    merchant: "text",
    pem: "long",
    tries: "whole",
    score: "number",
    live: "switch",
    looks: "choice",
    currencies: "list",
    ports: "list",
    certificates: "texts",
    key: "secret",
    "acquirer.host": "text",
    "acquirer.pin": "secret",
    // What lies deeper, or is of no known shape, is JSON.
    "acquirer.more": "json",
    rules: "json",
    either: "json",
  });
  expect(form.map(({ key, title }) => [key, title])).toEqual([["", ""], ["acquirer", "Acquirer"]]);
});

test("a setting says what it is, what is in force and where that comes from", () => {
  expect(field("merchant")).toMatchObject({ title: "Merchant", help: "Who is paid.", value: "m-1", source: "" });
  expect(field("tries")).toMatchObject({ title: "tries", help: "", value: 3, source: "a.toml" });
  expect(field("acquirer.host").value).toBe("a");
  expect(field("score").value).toBeUndefined();
});

test("a secret is shown by its name where it is there, and else only said to be set", () => {
  expect(field("key")).toMatchObject({ value: "acme.key", hidden: undefined });
  expect(field("acquirer.pin")).toMatchObject({ value: undefined, hidden: { misses_one: true } });
  expect(typedOf(field("acquirer.pin"))).toBe("");
});

test.each([
  ["merchant", "m", ["shorter", 2]],
  ["merchant", "m-123", ["longer", 4]],
  ["merchant", "", ["shorter", 2]],
  ["merchant", "äöü€", "äöü€"],
  ["tries", "", ["needed", 0]],
  ["tries", "1.5", ["whole", 0]],
  ["tries", "many", ["number", 0]],
  ["tries", "0", ["least", 1]],
  ["tries", "6", ["most", 5]],
  ["tries", "5", 5],
  ["score", "", undefined],
  ["score", "0", ["above", 0]],
  ["score", "1", ["below", 1]],
  ["score", "0.5", 0.5],
  ["live", true, true],
  ["looks", "2", 2],
  ["currencies", [], ["few", 1]],
  ["currencies", ["EUR", "USD", "GBP", "INR"], ["many", 3]],
  ["currencies", ["EUR", "EU"], ["shorter", 3]],
  ["currencies", ["EUR", "EUR"], ["twice", "EUR"]],
  ["currencies", ["EUR", "USD"], ["EUR", "USD"]],
  ["ports", ["80", "0"], ["least", 1]],
  ["ports", ["80", "x"], ["number", 0]],
  ["ports", ["80"], [80]],
  ["certificates", [], undefined],
  ["key", "sk live", ["secret", 0]],
  ["key", "../key", ["secret", 0]],
  ["key", "acme.pin", "acme.pin"],
  ["acquirer.pin", "", undefined],
  ["rules", "[{", ["json", 0]],
  ["rules", '[{"a": null}]', ["json", 0]],
  ["rules", '[{"a": 2}]', [{ a: 2 }]],
] as [string, Typed, unknown][])("%s, typed as %j, is %j", (key, now, expected) => {
  expect(misfit(key, now)).toEqual(expected);
});

test("what a control begins with is the value in force", () => {
  for (const one of fields.filter(({ value }) => value !== undefined)) {
    const told = read(one, typedOf(one));
    expect(told.misfit, one.key).toBeUndefined();
    expect(same(told.value, one.value), one.key).toBe(true);
  }
});

test("only what is other than in force is a change", () => {
  const now = { merchant: "m-1", tries: "4", live: true, currencies: ["EUR"], score: "", rules: '[ {"a":1} ]', key: "..", "acquirer.host": "b" };
  expect(changesOf(fields, now)).toEqual({
    changes: { tries: 4, live: true, "acquirer.host": "b" },
    misfits: { key: { code: "secret", limit: 0 } },
  });
});
