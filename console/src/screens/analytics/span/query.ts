import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { read } from "@/api/read";
import type { Wire } from "@/api/client";
import { type Span, SPANS } from "../search";

/** Payments by what became of them. */
export interface Outcomes {
  opened: number;
  captured: number;
  authorized: number;
  declined: number;
  expired: number;
  cancelled: number;
  voided: number;
  in_doubt: number;
  waiting: number;
}

export interface Sums {
  currency: string;
  captured: Wire<"Amount">;
  refunded: Wire<"Amount">;
  count: number;
}

export interface Looks {
  total: number;
  known: number;
  unknown: number;
  low_margin: number;
}

/** Milliseconds; without percentiles where there is nothing to count. */
export interface Durations {
  count: number;
  p50_ms?: number;
  p95_ms?: number;
  p99_ms?: number;
}

export interface Counted {
  reason: string;
  count: number;
}

export interface PlaceSummary {
  branch: string;
  camera?: string;
  payments: Outcomes;
  amounts: Sums[];
  looks: Looks;
  look_to_paid: Durations;
}

export interface Summary {
  payments: Outcomes;
  amounts: Sums[];
  funnel: { step: string; count: number }[];
  refusals: Counted[];
  /** Why looks were refused, or a further factor asked. */
  reasons: Counted[];
  looks: Looks;
  look_to_paid: Durations;
  cameras: PlaceSummary[];
}

export interface Payments {
  bucket: string;
  items: { at: string; payments: Outcomes; amounts: Sums[] }[];
}

export interface Latency {
  look_to_paid: Durations;
  items: ({ at: string } & Durations)[];
  stages: ({ stage: string } & Durations)[];
}

/** Nobody's own score is shown: too few looks are withheld. */
export interface Histogram {
  count: number;
  withheld: boolean;
  bins: { from: number; to: number; count: number }[];
}

export interface Quality {
  similarity_known: Histogram;
  similarity_unknown: Histogram;
  margin: Histogram;
  liveness: ({ step: string } & Histogram)[];
  items: {
    at: string;
    looks: Looks;
    step_up_rate?: number;
    declined_rate?: number;
    low_margin_rate?: number;
  }[];
}

interface Answers {
  summary: Summary;
  payments: Payments;
  latency: Latency;
  quality: Quality;
}

const DAY_MS = 86_400_000;
const STALE_MS = 60_000;

/** The beginning of a span that ends now, at a full hour: what was asked for a moment ago is still the answer. */
export function beginning(span: Span, nowMs: number): string {
  const hour = 3_600_000;
  return new Date(Math.floor(nowMs / hour) * hour - SPANS[span] * DAY_MS).toISOString();
}

export const spanQuery = <Kind extends keyof Answers>(kind: Kind, span: Span, camera: string | undefined) =>
  queryOptions({
    queryKey: ["/analytics", kind, span, camera],
    queryFn: ({ signal }) =>
      read<Answers[Kind]>(`/analytics/${kind}`, { from: beginning(span, Date.now()), to: new Date().toISOString(), camera }, signal),
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
  });
