import { expect, test } from "vitest";
import { analyticsSearch } from "./search";
import { beginning } from "./span/query";

test("only spans that there are are taken from the address", () => {
  expect(analyticsSearch({ span: "week", camera: "till-1" })).toEqual({ span: "week", camera: "till-1" });
  expect(analyticsSearch({ span: "constructor", camera: 5 })).toEqual({});
});

test("a span begins at a full hour, so that what was asked for a moment ago is the same question", () => {
  const now = Date.parse("2026-01-08T10:59:59Z");
  expect(beginning("day", now)).toBe("2026-01-07T10:00:00.000Z");
  expect(beginning("week", now)).toBe(beginning("week", now - 59 * 60_000));
});
