import { expect, test } from "vitest";
import { alone, axisPx } from "./marks";

test("a figure without neighbours is one to mark, since it makes no line", () => {
  expect(alone([null, 3, null, 1, 2, null, 0])).toEqual([1, 6]);
  expect(alone([5])).toEqual([0]);
  expect(alone([])).toEqual([]);
});

test("an axis is as wide as the longest text at it", () => {
  expect(axisPx(["0 ms", "10,000 ms"])).toBeGreaterThan(axisPx(["0 ms", "500 ms"]));
  expect(axisPx(null)).toBe(axisPx([]));
});
