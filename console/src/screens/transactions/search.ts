import type { Wire } from "@/api/client";

type State = Wire<"TransactionState">;

/** The filters of the list, as they stand in the address: a view can be sent to somebody. */
export interface TransactionSearch {
  state?: State;
  user?: string;
}

export function transactionSearch(search: Record<string, unknown>): TransactionSearch {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const state = STATES.find((state) => state === search["state"]);
  const user = text(search["user"]);
  return { ...(state && { state }), ...(user && { user }) };
}

export const STATES: State[] = [
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
