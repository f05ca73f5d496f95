import { expect, test } from "vitest";
import type { Wire } from "@/api/client";
import { percent, verdictOf } from "./walk";

const verdict = (verified_at: string): Wire<"AuditVerification"> => ({ whole: true, verified_at, took_ms: 1 });

test("how far a walk is needs a length to be known", () => {
  expect(percent({ records: 0, of: 0 })).toBe(0);
  expect(percent({ records: 250, of: 1000 })).toBe(25);
  expect(percent({ records: 1001, of: 1000 })).toBe(100);
});

test("the verdict of a walk before is none of the walk that was asked for", () => {
  const began = "2026-11-30T12:00:00.5Z";
  expect(verdictOf(began, undefined)).toBeNull();
  expect(verdictOf(began, verdict("2026-11-30T11:00:00Z"))).toBeNull();
  expect(verdictOf(began, verdict("2026-11-30T12:00:00.5Z"))?.whole).toBe(true);
});
