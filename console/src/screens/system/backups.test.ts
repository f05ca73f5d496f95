import { expect, test } from "vitest";
import type { Wire } from "@/api/client";
import { standing } from "./backups";

const backup = (made_at: string): Wire<"Backup"> => ({ name: "b", made_at, bytes: 1, by_hand: false, verified_at: null });
const items = [backup("2026-11-30T02:00:00Z"), backup("2026-11-29T02:00:00Z")];

test("the newest backup says how they stand", () => {
  expect(standing({ items, configured: true, overdue: false })).toEqual({ tone: "good", text: "newest", at: items[0]!.made_at });
  expect(standing({ items, configured: true, overdue: true })).toMatchObject({ tone: "warn", text: "overdue" });
  expect(standing({ items: [], configured: true, overdue: true })).toEqual({ tone: "warn", text: "missing", at: null });
});

test("backups that nobody could make any more are no good news, however young the last one is", () => {
  expect(standing({ items, configured: false, overdue: false })).toMatchObject({ tone: "bad", text: "unconfigured" });
});
