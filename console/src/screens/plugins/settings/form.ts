import type { Wire } from "@/api/client";
import type { Value } from "@/screens/settings/configuration/fields";

/** The part of JSON Schema 2020-12 that plugins' settings are described by; docs/plugin-guide.md has it. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: Value[];
  const?: Value;
  default?: Value;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  "x-secret"?: boolean;
}

/** `secret` holds a name of a secret, `json` what no other kind is for. */
export type Kind = "text" | "long" | "secret" | "whole" | "number" | "switch" | "choice" | "list" | "texts" | "json";

export interface Field {
  /** With the names of the objects that it lies in, such as `acquirer.host`. */
  key: string;
  title: string;
  help: string;
  kind: Kind;
  schema: Schema;
  /** What is in force; undefined where nothing is set, or it is not shown. */
  value: Value | undefined;
  hidden: Wire<"HiddenSetting"> | undefined;
  /** The layer that the value comes from; empty where it is the plugin's own default. */
  source: string;
}

/** Settings of one object; the first part is of those that lie in none. */
export interface Part {
  key: string;
  title: string;
  help: string;
  fields: Field[];
}

/** Longer texts, such as certificates, are typed into more than a line. */
const LINE_CHARS_MAX = 256;
const SCALARS = ["string", "integer", "number"];

type Settings = Pick<Wire<"PluginSettings">, "values" | "hidden" | "sources"> & { schema: Schema };

/** What is to be filled in, as the schema says it. */
export function formOf({ schema, values, hidden, sources }: Settings): Part[] {
  const field = (key: string, name: string, inner: Schema, within: Value | undefined): Field => {
    const unseen = hidden.find((one) => one.key === key);
    const found = unseen && !unseen.misses_one && unseen.found.length > 0;
    const kind = kindOf(inner);
    const value = found ? (kind === "secret" ? unseen.found[0] : unseen.found) : isTree(within) ? within[name] : undefined;
    return {
      key,
      title: inner.title || name,
      help: inner.description ?? "",
      kind,
      schema: inner,
      value,
      hidden: found ? undefined : unseen,
      source: sources[key.split(".")[0]!] ?? "",
    };
  };
  const all = Object.entries(schema.properties ?? {}).filter(([name]) => !name.includes("."));
  const tops = all.filter(([, inner]) => !isPart(inner)).map(([name, inner]) => field(name, name, inner, values as Value));
  const parts = all.filter(([, inner]) => isPart(inner)).map(([above, inner]): Part => {
    const within = (values as { [name: string]: Value })[above];
    const fields = Object.entries(inner.properties!).map(([name, one]) => field(`${above}.${name}`, name, one, within));
    return { key: above, title: inner.title || above, help: inner.description ?? "", fields };
  });
  return [{ key: "", title: "", help: "", fields: tops }, ...parts].filter(({ fields }) => fields.length > 0);
}

/** An object whose fields stand one below the other; those in it are JSON. */
function isPart(schema: Schema): boolean {
  const names = Object.keys(schema.properties ?? {});
  return schema.type === "object" && names.length > 0 && !names.some((name) => name.includes("."));
}

function kindOf(schema: Schema): Kind {
  if (schema.enum || schema.const !== undefined) return choices(schema).every(isScalar) ? "choice" : "json";
  const isLong = ({ maxLength = 0 }: Schema) => maxLength > LINE_CHARS_MAX;
  switch (schema.type) {
    case "boolean":
      return "switch";
    case "integer":
      return "whole";
    case "number":
      return "number";
    case "string":
      return schema["x-secret"] ? "secret" : isLong(schema) ? "long" : "text";
    case "array": {
      const { items } = schema;
      if (!items || items.properties || !SCALARS.includes(items.type as string)) return "json";
      return isLong(items) ? "texts" : "list";
    }
    default:
      return "json";
  }
}

/** The values that may be chosen. */
export function choices(schema: Schema): Value[] {
  return schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
}

function isScalar(value: Value): boolean {
  return typeof value !== "object" || value === null;
}

export function isTree(value: Value | undefined): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
