export const VIEWS = ["overview", "receipts", "data", "devices"] as const;

export type View = (typeof VIEWS)[number];

export interface MeSearch {
  view?: View;
  /** The payment whose receipt is shown. */
  receipt?: string;
}

/** What the address of the payer's page says to show. */
export function meSearch(search: Record<string, unknown>): MeSearch {
  const view = VIEWS.find((name) => name === search["view"]);
  const receipt = search["receipt"];
  return {
    ...(view && view !== "overview" ? { view } : {}),
    ...(typeof receipt === "string" && /^[0-9a-f-]{36}$/.test(receipt) ? { receipt } : {}),
  };
}
