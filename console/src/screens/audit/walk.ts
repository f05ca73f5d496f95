import { answered, client, type Wire } from "@/api/client";
import { Problem } from "@/api/problem";

/** Between two looks at how far a walk is. */
const EVERY_MS = 1_000;

/** How much of a walk is done, in percent. */
export function percent({ records, of }: Pick<Wire<"AuditWalk">, "records" | "of">): number {
  return of > 0 ? Math.min(100, (records / of) * 100) : 0;
}

/** What a walk that ended found: the last verdict, unless it is of a walk before. */
export function verdictOf(began: string, last: Wire<"AuditVerification"> | null | undefined): Wire<"AuditVerification"> | null {
  return last && Date.parse(last.verified_at) >= Date.parse(began) ? last : null;
}

/** Has the appliance walk through its whole audit, however long that takes, and gives what it found. */
export async function walked(tell: (percent: number) => void): Promise<Wire<"AuditVerification">> {
  const first = await answered(client.POST("/audit/verify", { body: {} }));
  if ("whole" in first) return first;
  for (let walk: Wire<"AuditWalk"> | null | undefined = first; walk; ) {
    tell(percent(walk));
    await new Promise((done) => setTimeout(done, EVERY_MS));
    const standing: Wire<"AuditStanding"> = await answered(client.GET("/audit/verify"));
    walk = standing.walk;
    if (walk) continue;
    const verdict = verdictOf(first.began_at, standing.last);
    if (verdict) return verdict;
  }
  throw new Problem(503, "walk_unfinished", "the walk came to no end", null);
}
