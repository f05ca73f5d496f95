import type { Wire } from "@/api/client";
import type { Tone } from "@/kit/Badge";

export type Status = Wire<"CheckStatus">;

/** From the worst on. */
export const STATUSES: Status[] = ["fail", "warn", "ok", "skip"];

export const TONES: Record<Status, Tone> = { fail: "bad", warn: "warn", ok: "good", skip: "quiet" };

export interface Area {
  /** What the names of its checks begin with. */
  name: string;
  worst: Status;
  /** The worst first. */
  checks: Wire<"Finding">[];
}

const rank = (status: Status) => STATUSES.indexOf(status);

/** The checks by what they are about; what needs somebody comes first, and else stands as it was told. */
export function areas(checks: Wire<"Finding">[]): Area[] {
  const found = new Map<string, Wire<"Finding">[]>();
  for (const check of checks) {
    const name = check.name.split(".")[0]!;
    found.set(name, [...(found.get(name) ?? []), check]);
  }
  const sorted = [...found].map(([name, checks]) => {
    const all = checks.toSorted((a, b) => rank(a.status) - rank(b.status));
    return { name, worst: all[0]!.status, checks: all };
  });
  return sorted.toSorted((a, b) => rank(a.worst) - rank(b.worst));
}

/** Those that somebody has something to do about, the worst first. */
export function urgentOf(checks: Wire<"Finding">[]): Wire<"Finding">[] {
  const urgent = checks.filter(({ status }) => status === "fail" || status === "warn");
  return urgent.toSorted((a, b) => rank(a.status) - rank(b.status));
}
