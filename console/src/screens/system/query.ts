import { queryOptions } from "@tanstack/react-query";
import type { Wire } from "@/api/client";
import { read } from "@/api/read";

/** `GET /system`: what runs, on what, and how much room there is. */
export interface SystemAnswer {
  version: string;
  branch: string;
  started_at: string;
  uptime_s: number;
  device?: Wire<"Compute">;
  decoders: string[];
  models: { name: string; sha256: string; model_tag?: number }[];
  database: { kind: string; bytes?: number };
  cache: string;
  disk?: { bytes_free: number; bytes_total: number };
  process: { pid: number; rss_bytes?: number; threads?: number };
  ready: boolean;
  checks: Wire<"Check">[];
}

export const systemQuery = queryOptions({
  queryKey: ["/system"],
  queryFn: ({ signal }) => read<SystemAnswer>("/system", {}, signal),
  refetchInterval: 10_000,
});
