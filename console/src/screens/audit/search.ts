const NAMES = ["actor", "action", "subject", "from", "to"] as const;

/** Which records are listed, as it stands in the address. */
export type AuditSearch = { [Name in (typeof NAMES)[number]]?: string };

export function auditSearch(search: Record<string, unknown>): AuditSearch {
  const texts = NAMES.flatMap((name) => {
    const value = search[name];
    return typeof value === "string" && value !== "" ? [[name, value] as const] : [];
  });
  return Object.fromEntries(texts);
}
