import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered, client, type Wire } from "@/api/client";
import { type Span, SPANS } from "../search";

interface Answers {
  summary: Wire<"AnalyticsSummary">;
  payments: Wire<"AnalyticsPayments">;
  latency: Wire<"AnalyticsLatency">;
  quality: Wire<"AnalyticsQuality">;
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
    queryFn: async ({ signal }) => {
      const query = { from: beginning(span, Date.now()), to: new Date().toISOString(), ...(camera && { camera }) };
      // Asked for as JSON, it is no CSV.
      return (await answered(client.GET(`/analytics/${kind}` as "/analytics/summary", { params: { query }, signal }))) as unknown as Answers[Kind];
    },
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
  });
