import { queryOptions } from "@tanstack/react-query";
import { API_BASE } from "@/api/client";
import { Problem } from "@/api/problem";
import { session } from "@/session/session";
import type { Series } from "./rates";

export const KINDS = ["payments", "latency", "quality"] as const;
export type Kind = (typeof KINDS)[number];

interface History {
  /** When each figure was measured, RFC 3339. */
  at: string[];
  series: Series[];
}

/** `GET /analytics/{kind}`, which an appliance may not have: then it answers 404. */
export const historyQuery = (kind: Kind) =>
  queryOptions({
    queryKey: ["analytics", kind],
    queryFn: async ({ signal }): Promise<History> => {
      const response = await fetch(`${API_BASE}/analytics/${kind}`, { headers: session.headers("GET"), signal });
      const body: unknown = await response.json().catch(() => null);
      if (!response.ok) throw Problem.of(response, body);
      return body as History;
    },
  });
