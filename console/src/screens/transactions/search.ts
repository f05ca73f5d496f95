/** The filters of the list, as they stand in the address: a view can be sent to somebody. */
export interface TransactionSearch {
  state?: string;
  user?: string;
}

export function transactionSearch(search: Record<string, unknown>): TransactionSearch {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const state = text(search["state"]);
  const user = text(search["user"]);
  return { ...(state && { state }), ...(user && { user }) };
}

export const STATES = [
  "requires_identification",
  "requires_step_up",
  "requires_confirmation",
  "processing",
  "authorized",
  "captured",
  "partially_refunded",
  "refunded",
  "declined",
  "cancelled",
  "voided",
  "expired",
  "in_doubt",
];
