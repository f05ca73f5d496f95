import table from "../../../docs/roles.txt?raw";

/** A line of docs/roles.txt, the table that the appliance's own tests compare with what it enforces. */
export type Permission = string;

const matrix = parse(table);

export const PERMISSIONS: Permission[] = [...matrix.keys()];

export function parse(text: string): Map<string, Set<string>> {
  const [head = "", ...lines] = text.trim().split("\n");
  const roles = head.trim().split(/\s+/).slice(1);
  return new Map(
    lines.map((line) => {
      const [permission = "", ...cells] = line.trim().split(/\s+/);
      return [permission, new Set(roles.filter((_, column) => cells[column] === "yes"))] as const;
    }),
  );
}

/** Everything that a role may. */
export function permissionsOf(role: string): Permission[] {
  return PERMISSIONS.filter((permission) => matrix.get(permission)?.has(role));
}

/** An unknown role, such as an API key's, is let through: the appliance refuses what it may not do. */
export function may(role: string | null, permission: Permission): boolean {
  return role === null || (matrix.get(permission)?.has(role) ?? false);
}
