import type { Wire } from "@/api/client";

export interface Moment {
  id: string;
  /** Key of `timeline.`, or a state of `state.`. */
  name: string;
  at: string;
  /** Since the payment was opened. */
  afterMs: number;
  /** What is known of it beside the time. */
  note?: string | undefined;
}

interface SignedReceipt {
  opened_at_micros: number;
  decision?: { decided_at_micros?: number; frame_at_micros?: number; similarity?: string; camera?: string };
  factor?: { by: string; proved_at_micros: number } | null;
}

const iso = (micros: number) => new Date(micros / 1000).toISOString();

/** Of an appliance that tells no history: when it was opened, and where it stands. */
export function ends(payment: Wire<"Transaction">): Wire<"HistoryStep">[] {
  const after_ms = Date.parse(payment.updated_at) - Date.parse(payment.created_at);
  const opened = { seq: 0, at: payment.created_at, after_ms: 0, action: "transaction.opened", actor: "" };
  return [opened, { seq: 1, at: payment.updated_at, after_ms, action: payment.state, actor: "" }];
}

/** The moments of a payment in order: those of the audit chain, and those that only its signed receipt has. */
export function moments(steps: Wire<"HistoryStep">[], payment: Wire<"Transaction">, receipt: Wire<"Receipt"> | undefined): Moment[] {
  const since = Date.parse(payment.created_at);
  const known: Moment[] = steps.map(({ seq, at, after_ms, action, reason }) => ({
    id: String(seq),
    name: action.replace(/^transaction\./, ""),
    at,
    afterMs: after_ms,
    note: reason ?? undefined,
  }));
  const add = (name: string, micros: number | undefined, note?: string) => {
    if (micros === undefined) return;
    const at = iso(micros);
    known.push({ id: name, name, at, afterMs: Date.parse(at) - since, note });
  };
  if (receipt) {
    const { decision, factor } = JSON.parse(receipt.receipt) as SignedReceipt;
    add("seen", decision?.frame_at_micros, decision?.camera);
    add("decided", decision?.decided_at_micros, decision?.similarity);
    if (factor) add(`factor_${factor.by}`, factor.proved_at_micros);
  }
  return known.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
