import type { Value } from "@/screens/settings/configuration/fields";
import { choices, type Field, isTree, type Schema } from "./form";

/** What stands in a control: text, yes or no, or lines. */
export type Typed = string | boolean | string[];

/** Why something can't be meant, by the name of a text, with the number that it is about. */
export interface Misfit {
  code: "needed" | "whole" | "number" | "least" | "most" | "above" | "below" | "shorter" | "longer" | "few" | "many" | "twice" | "secret" | "json" | "choice";
  limit: number | string;
}

/** A value; undefined where nothing is set, which leaves what is in force. */
type Read = { value: Value | undefined; misfit?: undefined } | { misfit: Misfit };

/** What may be the name of a secret, as the appliance has it: of a file in one folder. */
const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What a control begins with. */
export function typedOf({ kind, value }: Field): Typed {
  if (kind === "switch") return value === true;
  if (kind === "list" || kind === "texts") return Array.isArray(value) ? value.map(String) : [];
  if (value === undefined) return "";
  if (kind === "json") return JSON.stringify(value, null, 2);
  return kind === "choice" ? JSON.stringify(value) : String(value);
}

/** The value that was typed, or why it can't be meant. */
export function read(field: Field, typed: Typed): Read {
  const { kind, schema } = field;
  if (typeof typed === "boolean") return { value: typed };
  if (Array.isArray(typed)) return readList(field, typed);
  if (typed === "" && kind !== "text" && kind !== "long") return empty(field);
  if (typed === "" && field.value === undefined) return { value: undefined };
  switch (kind) {
    case "whole":
    case "number":
      return fitted(schema, readNumber(typed, kind === "whole"));
    case "json":
      return readJson(schema, typed);
    case "choice":
      return { value: JSON.parse(typed) as Value };
    default:
      return fitted(schema, { value: typed });
  }
}

/** A file over others can set, and not unset. */
function empty({ value }: Field): Read {
  return value === undefined ? { value: undefined } : misfit("needed");
}

function readList(field: Field, typed: string[]): Read {
  const { schema, value } = field;
  if (typed.length === 0 && value === undefined) return { value: undefined };
  const items: Value[] = [];
  for (const text of typed) {
    const { type } = schema.items ?? {};
    const item = fitted(schema.items ?? {}, type === "string" ? { value: text } : readNumber(text, type === "integer"));
    if (item.misfit) return item;
    items.push(item.value!);
  }
  return fitted(schema, { value: items });
}

function readNumber(typed: string, whole: boolean): Read {
  const number = Number(typed);
  if (typed.trim() === "" || !Number.isFinite(number)) return misfit("number");
  return whole && !Number.isSafeInteger(number) ? misfit("whole") : { value: number };
}

/** What the schema says of it all; the appliance looks deeper. */
function readJson(schema: Schema, typed: string): Read {
  try {
    const value = JSON.parse(typed) as Value;
    // A file has no word for nothing.
    return hasNothing(value) ? misfit("json") : fitted(schema, { value });
  } catch {
    return misfit("json");
  }
}

function hasNothing(value: Value): boolean {
  if (value === null) return true;
  return typeof value === "object" && Object.values(value).some(hasNothing);
}

/** As the appliance checks it, keyword by keyword. */
function fitted(schema: Schema, told: Read): Read {
  if (told.misfit || told.value === undefined) return told;
  const { value } = told;
  const allowed = choices(schema);
  if (allowed.length > 0 && !allowed.some((one) => same(one, value))) return misfit("choice", allowed.join(", "));
  const size = typeof value === "string" ? [...value].length : Array.isArray(value) ? value.length : Number(value);
  const [least, most] = Array.isArray(value) ? [schema.minItems, schema.maxItems] : [schema.minLength, schema.maxLength];
  if (typeof value === "number") {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
    if (minimum !== undefined && size < minimum) return misfit("least", minimum);
    if (maximum !== undefined && size > maximum) return misfit("most", maximum);
    if (exclusiveMinimum !== undefined && size <= exclusiveMinimum) return misfit("above", exclusiveMinimum);
    if (exclusiveMaximum !== undefined && size >= exclusiveMaximum) return misfit("below", exclusiveMaximum);
  } else if (typeof value === "string" || Array.isArray(value)) {
    if (least !== undefined && size < least) return misfit(Array.isArray(value) ? "few" : "shorter", least);
    if (most !== undefined && size > most) return misfit(Array.isArray(value) ? "many" : "longer", most);
  }
  if (schema["x-secret"] && typeof value === "string" && !SECRET_NAME.test(value)) return misfit("secret");
  const twice = schema.uniqueItems && Array.isArray(value) && value.find((one, at) => value.slice(0, at).some((other) => same(one, other)));
  return twice === undefined || twice === false ? told : misfit("twice", String(twice));
}

function misfit(code: Misfit["code"], limit: number | string = 0): Read {
  return { misfit: { code, limit } };
}

/** Whether two values are one, in whatever order their fields stand. */
export function same(one: Value | undefined, other: Value | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) return one.length === other.length && one.every((item, at) => same(item, other[at]));
  if (!isTree(one) || !isTree(other)) return one === other;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => same(one[name], other[name]));
}

/** What was typed that is another value than the one in force, by key; and what can't be meant. */
export function changesOf(fields: Field[], typed: Record<string, Typed>) {
  const changes: Record<string, Value> = {};
  const misfits: Record<string, Misfit> = {};
  for (const field of fields) {
    const now = typed[field.key];
    if (now === undefined) continue;
    const told = read(field, now);
    if (told.misfit) misfits[field.key] = told.misfit;
    else if (told.value !== undefined && !same(told.value, field.value)) changes[field.key] = told.value;
  }
  return { changes, misfits };
}
