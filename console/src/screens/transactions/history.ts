import { queryOptions } from "@tanstack/react-query";
import type { Wire } from "@/api/client";
import { Problem } from "@/api/problem";
import { read } from "@/api/read";

/** A moment of the audit chain about a payment or a request of it. */
export interface HistoryStep {
  at: string;
  /** Since the payment was opened. */
  after_ms: number;
  action: string;
  actor: string;
  state?: string;
  reason?: string;
  /** Its place in the audit chain. */
  seq: number;
}

/** A request to a provider, as it went. */
export interface RequestHistory extends Wire<"Operation"> {
  tries: number;
  /** What the plugin kept of the provider's answers. */
  kept?: Record<string, unknown>;
  steps: HistoryStep[];
}

export interface History {
  transaction_id: string;
  steps: HistoryStep[];
  operations: RequestHistory[];
}

export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ["/transactions", id, "history"],
    queryFn: ({ signal }) => read<History>(`/transactions/${id}/history`, {}, signal),
    retry: (count, error) => count < 2 && Problem.from(error).isPassing,
  });
