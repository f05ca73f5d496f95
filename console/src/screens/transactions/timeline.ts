import type { Wire } from "@/api/client";

export interface Moment {
  /** Key of `timeline.`, or a state of `state.`. */
  name: string;
  at: string;
  /** What is known of it beside the time. */
  note?: string;
}

interface SignedReceipt {
  opened_at_micros: number;
  captured_at_micros: number;
  decision?: { decided_at_micros?: number; frame_at_micros?: number; similarity?: string; camera?: string };
  factor?: { by: string; proved_at_micros: number } | null;
  operations?: { kind: string; begun_at_micros: number; provider: string; provider_ref?: string }[];
}

const iso = (micros: number) => new Date(micros / 1000).toISOString();

/** The moments of a payment in order: those that its receipt is signed for, and where it stands now. */
export function moments(payment: Wire<"Transaction">, receipt: Wire<"Receipt"> | undefined): Moment[] {
  const known: Moment[] = [{ name: "opened", at: payment.created_at, note: payment.terminal ?? undefined }];
  if (receipt) {
    const signed = JSON.parse(receipt.receipt) as SignedReceipt;
    const { decision, factor, operations = [] } = signed;
    if (decision?.frame_at_micros) known.push({ name: "seen", at: iso(decision.frame_at_micros), note: decision.camera });
    if (decision?.decided_at_micros) {
      known.push({ name: "decided", at: iso(decision.decided_at_micros), note: decision.similarity });
    }
    if (factor) known.push({ name: `factor_${factor.by}`, at: iso(factor.proved_at_micros) });
    for (const { kind, begun_at_micros, provider_ref } of operations) {
      known.push({ name: `operation_${kind}`, at: iso(begun_at_micros), note: provider_ref });
    }
    known.push({ name: "captured", at: iso(signed.captured_at_micros) });
  }
  if (!receipt || payment.state !== "captured") known.push({ name: payment.state, at: payment.updated_at });
  return known.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
