import type { Wire } from "@/api/client";

type State = Wire<"TransactionState">;

const TEXTS = ["user", "provider", "camera", "branch", "reference", "min", "max", "currency", "from", "to"] as const;

/** The filters of the list, as they stand in the address: a view can be sent to somebody. */
export type TransactionSearch = { state?: State } & { [Name in (typeof TEXTS)[number]]?: string };

export function transactionSearch(search: Record<string, unknown>): TransactionSearch {
  const state = STATES.find((state) => state === search["state"]);
  const texts = TEXTS.flatMap((name) => {
    const value = search[name];
    // The router reads a figure in the address as a number.
    const text = typeof value === "number" ? String(value) : value;
    return typeof text === "string" && text !== "" ? [[name, text] as const] : [];
  });
  return { ...(state && { state }), ...Object.fromEntries(texts) };
}

/** Those that stand behind "more filters". */
export const FINE = ["provider", "branch", "reference", "min", "max", "currency"] as const;

export function hasFine(search: TransactionSearch): boolean {
  return FINE.some((name) => search[name] !== undefined);
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
