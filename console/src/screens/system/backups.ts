import type { Wire } from "@/api/client";
import type { Tone } from "@/kit/Badge";

/** So many are listed; of the others their number is told. */
export const SHOWN = 5;

interface Standing {
  tone: Tone;
  text: "unconfigured" | "missing" | "overdue" | "newest";
  /** When the newest was made. */
  at: string | null;
}

/** How the backups stand, in one word: without somebody who could open them there are none to come. */
export function standing({ items, configured, overdue }: Pick<Wire<"Backups">, "items" | "configured" | "overdue">): Standing {
  const at = items[0]?.made_at ?? null;
  if (!configured) return { tone: "bad", text: "unconfigured", at };
  if (at === null) return { tone: "warn", text: "missing", at };
  return overdue ? { tone: "warn", text: "overdue", at } : { tone: "good", text: "newest", at };
}
