import type { Value } from "./fields";

const BARE = /^[A-Za-z0-9_-]+$/;

/** Changes as a file that the appliance reads beside its others; `under` is the table that their keys lie in. */
export function toToml(changes: Record<string, Value>, under: string[] = []): string {
  const groups = new Map<string, string[]>();
  for (const [key, value] of Object.entries(changes)) {
    const path = [...under, ...key.split(".")];
    const group = path.slice(0, -1).map(name).join(".");
    groups.set(group, [...(groups.get(group) ?? []), `${name(path.at(-1)!)} = ${toml(value)}`]);
  }
  return [...groups].map(([group, lines]) => `${group && `[${group}]\n`}${lines.join("\n")}\n`).join("\n");
}

/** A name of a key, quoted where it has to be. */
function name(text: string): string {
  return BARE.test(text) ? text : JSON.stringify(text);
}

function toml(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, inner]) => `${name(key)} = ${toml(inner)}`);
    return fields.length > 0 ? `{ ${fields.join(", ")} }` : "{}";
  }
  // A basic string of TOML is one of JSON, but for this one sign.
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}
