import { queryOptions } from "@tanstack/react-query";
import { read, send } from "@/api/read";
import type { Schema, Value } from "./fields";

/** `GET /settings`: what is in force, and where each value comes from. Secrets are masked. */
export interface Configured {
  values: { [group: string]: Value };
  sources: Record<string, string>;
}

/** `POST /settings/check`: whether the appliance would start with changes, and what they would change. */
export interface Checked {
  valid: boolean;
  problem?: string;
  changes: { key: string; from: Value; to: Value; source: string; overridden: boolean }[];
}

export const configurationQuery = queryOptions({
  queryKey: ["/settings"],
  queryFn: async ({ signal }) => {
    const [configured, schema] = await Promise.all([
      read<Configured>("/settings", {}, signal),
      read<Schema>("/settings/schema", {}, signal),
    ]);
    return { ...configured, schema };
  },
  retry: false,
});

export const check = (changes: Record<string, Value>) => send<Checked>("/settings/check", { changes });
