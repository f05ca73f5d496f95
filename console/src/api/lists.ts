import { answered, client, type Wire } from "./client";

// The OpenAPI document describes every list by one schema `Page`, whose items are those of the last list that was
// added to it. What the lists hold is said here: by schema name where the document has one, else by its fields.

export interface AuditEntry {
  seq: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  record: string;
  previous: string;
  hash: string;
}

export interface Plugin {
  id: string;
  version: string;
  vendor: string;
  licence: string;
  interfaces: string[];
  sha256: string;
  trust: "delivered" | "signed" | "unsigned";
  key_id: string | null;
  package_sha256: string | null;
  mode: "isolated" | "in_process";
  state: string;
  generation: number;
  last_fault: Wire<"LastFault"> | null;
  sandbox: string | null;
}

export interface ApiKey extends Wire<"Bounds"> {
  id: string;
  name: string;
  role: string;
  created_at: string;
  revoked_at?: string;
}

export interface Lists {
  "/approvals": Wire<"Approval">;
  "/audit": AuditEntry;
  "/cameras": Wire<"Camera">;
  "/checkouts": Wire<"Checkout">;
  "/enrolments": Wire<"EnrolmentReview">;
  "/keys": ApiKey;
  "/look-alikes": { user_ids: string[] };
  "/operations": Wire<"Operation">;
  "/operators": Wire<"Operator">;
  "/plugins": Plugin;
  "/settlements": Wire<"Settlement">;
  "/transactions": Wire<"Transaction">;
  "/users": Wire<"User">;
  "/users/{id}/consents": Wire<"Consent">;
  "/users/{id}/faces": Wire<"Face">;
  "/webhooks": Wire<"Webhook">;
}

export interface Page<Item> {
  items: Item[];
  next_cursor?: string;
}

export interface Listing {
  query?: Record<string, string | number | undefined>;
  path?: Record<string, string>;
  signal?: AbortSignal;
}

/** One page of a list. */
export function page<Path extends keyof Lists>(path: Path, listing: Listing = {}): Promise<Page<Lists[Path]>> {
  const { signal, ...params } = listing;
  const request = client.GET(path as "/users", { params: params as { query?: never }, signal: signal ?? null });
  return answered(request) as unknown as Promise<Page<Lists[Path]>>;
}
