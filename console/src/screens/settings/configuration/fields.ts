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

/** Changes as a file that the appliance reads beside its others. */
export function toToml(changes: Record<string, Value>): string {
  const groups = new Map<string, string[]>();
  for (const [key, value] of Object.entries(changes)) {
    const at = key.lastIndexOf(".");
    const group = key.slice(0, Math.max(0, at));
    groups.set(group, [...(groups.get(group) ?? []), `${key.slice(at + 1)} = ${toml(value)}`]);
  }
  return [...groups].map(([group, lines]) => `${group && `[${group}]\n`}${lines.join("\n")}\n`).join("\n");
}

function toml(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  // A basic string of TOML is one of JSON.
  return JSON.stringify(value);
}

/** A value in one line. */
export function shown(value: Value): string {
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(", ") || "–";
  return typeof value === "string" ? value || "–" : JSON.stringify(value);
}
