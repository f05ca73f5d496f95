import { queryOptions } from "@tanstack/react-query";
import type { Wire } from "@/api/client";
import { read } from "@/api/read";

/** `GET /system`: what runs, on what, and how much room there is. */
export interface SystemAnswer {
  name: string;
  version: string;
  branch: string;
  started_at: string;
  uptime_s: number;
  device?: Wire<"Compute">;
  decoders: string[];
  models: { name: string; version?: string; sha256: string }[];
  database: { kind: string; bytes?: number };
  cache: string;
  disk: { bytes_free: number; bytes_total: number };
  process: { pid: number; rss_bytes: number; threads: number };
  checks: Wire<"Check">[];
  people: number;
  faces: number;
}

export const systemQuery = queryOptions({
  queryKey: ["/system"],
  queryFn: ({ signal }) => read<SystemAnswer>("/system", {}, signal),
  refetchInterval: 10_000,
});
