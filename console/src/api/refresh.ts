import type { QueryClient } from "@tanstack/react-query";
import type { ApplianceEvent } from "./events";

// Which lists an event makes old, by the first part of its type.
const STALE: Record<string, string[]> = {
  camera: ["/cameras"],
  checkout: ["/checkouts"],
  transaction: ["/transactions", "/receipts"],
  approval: ["/approvals", "/transactions", "/model-change"],
  model_change: ["/model-change"],
  plugin: ["/plugins"],
  face: ["/users"],
  consent: ["/users"],
  user: ["/users", "/users/{id}/identity-checks"],
  wallet: ["/users"],
  enrolment: ["/enrolments"],
  settlement: ["/settlements"],
};

/** Event types that only say how something goes on, several times a second. */
const PASSING = new Set(["sighting", "enrolment.progress", "checkout.challenge"]);

/** The first parts of the query keys that an event makes old; `null` when everything may be. */
export function staleAfter(event: ApplianceEvent): string[] | null {
  if (event.type === "resync") return null;
  if (PASSING.has(event.type)) return [];
  return STALE[event.type.split(".")[0] ?? ""] ?? [];
}

export function refresh(client: QueryClient, event: ApplianceEvent): void {
  const stale = staleAfter(event);
  if (stale === null) void client.invalidateQueries();
  else for (const key of stale) void client.invalidateQueries({ queryKey: [key] });
}
