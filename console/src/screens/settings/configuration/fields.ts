/** What a setting may hold. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/** The part of JSON Schema by which the appliance describes its settings. */
export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  enum?: string[];
  pattern?: string;
  default?: Value;
}

export type FieldKind = "switch" | "whole" | "number" | "text" | "choice" | "list" | "fixed";

export interface Field {
  /** Its full name, such as `policy.sale_amount_max`. */
  key: string;
  group: string;
  kind: FieldKind;
  value: Value;
  choices: string[];
  source: string;
}

const KINDS: Record<string, FieldKind> = { boolean: "switch", integer: "whole", number: "number", string: "text" };
/** What stands for a secret that is not shown: it can't be changed without being known. */
const MASKED = /^\*+$/;

function kindOf(schema: Schema, value: Value): FieldKind {
  if (typeof value === "string" && MASKED.test(value)) return "fixed";
  if (schema.enum) return "choice";
  if (schema.type === "array") return schema.items?.type === "string" ? "list" : "fixed";
  return KINDS[schema.type ?? ""] ?? "fixed";
}

/** Every setting, group by group as the schema has them. */
export function fields(schema: Schema, values: Value, sources: Record<string, string>, above = ""): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const key = above ? `${above}.${name}` : name;
    const value = isTree(values) ? (values[name] ?? inner.default ?? null) : (inner.default ?? null);
    if (inner.properties) return fields(inner, value, sources, key);
    const kind = kindOf(inner, value);
    return [{ key, group: key.split(".")[0]!, kind, value, choices: inner.enum ?? [], source: sources[key] ?? "default" }];
  });
}

function isTree(value: Value): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value in one line. */
export function shown(value: Value): string {
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(", ") || "–";
  return typeof value === "string" ? value || "–" : value === null ? "–" : JSON.stringify(value);
}
