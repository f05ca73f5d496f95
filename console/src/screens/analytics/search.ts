/** Spans of time, in days. */
export const SPANS = { day: 1, week: 7, month: 30 } as const;
export type Span = keyof typeof SPANS;

/** What the screen shows, as it stands in the address. */
export interface AnalyticsSearch {
  /** Since when; now, from the appliance's metrics, without. */
  span?: Span;
  camera?: string;
}

export function analyticsSearch(search: Record<string, unknown>): AnalyticsSearch {
  const span = (Object.keys(SPANS) as Span[]).find((span) => span === search["span"]);
  const camera = search["camera"];
  return { ...(span && { span }), ...(typeof camera === "string" && camera !== "" && { camera }) };
}
