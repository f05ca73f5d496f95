import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { API_BASE } from "@/api/client";
import { Problem } from "@/api/problem";
import { session } from "@/session/session";
import { parseMetrics, type Sample } from "./metrics";

const EVERY_MS = 2_000;
const KEPT_MAX = 300;

export interface Snapshot {
  /** Seconds since 1970. */
  at: number;
  samples: Sample[];
}

async function fetchMetrics(signal: AbortSignal): Promise<Snapshot> {
  const asked = fetch(`${API_BASE}/metrics`, { headers: session.headers("GET"), signal });
  const response = await asked.catch((cause) => {
    throw Problem.unreachable(cause);
  });
  if (!response.ok) throw Problem.of(response, await response.json().catch(() => null));
  return { at: Date.now() / 1000, samples: parseMetrics(await response.text()) };
}

/** The appliance's metrics now, and those of the last ten minutes in which this screen was open. */
export function useMetrics() {
  const query = useQuery({
    queryKey: ["metrics"],
    queryFn: ({ signal }) => fetchMetrics(signal),
    refetchInterval: EVERY_MS,
    structuralSharing: false,
  });
  const [kept, keep] = useState<Snapshot[]>([]);
  const { data } = query;
  useEffect(() => {
    if (data) keep((before) => (before.at(-1)?.at === data.at ? before : [...before.slice(1 - KEPT_MAX), data]));
  }, [data]);
  return { query, kept };
}
