import { expect, test } from "vitest";
import { parts, toSplit } from "./split";

test.each([
  [1000, [1, 1, 1], [334, 333, 333]],
  [1000, [2, 1], [667, 333]],
  [1, [1, 1], [1, 0]],
  [99_999_999, [1, 2, 3, 4, 5, 6, 7], undefined],
])("%d shared by %j is the whole again", (amount, weights, expected) => {
  const shared = parts(amount, weights);
  expect(shared.reduce((sum, part) => sum + part, 0)).toBe(amount);
  if (expected) expect(shared).toEqual(expected);
});

test("a split is asked for only when everybody pays something and the parts are the whole", () => {
  expect(toSplit("equal", 1000, 3, [])).toEqual({ kind: "equal", payers: 3 });
  expect(toSplit("equal", 2, 3, [])).toBeNull();
  expect(toSplit("amounts", 1000, 2, [700, 300, 9])).toEqual({ kind: "amounts", amounts: [700, 300] });
  expect(toSplit("amounts", 1000, 2, [700, 299])).toBeNull();
  expect(toSplit("amounts", 1000, 2, [1000, 0])).toBeNull();
  expect(toSplit("shares", 1000, 2, [2, 1])).toEqual({ kind: "shares", shares: [2, 1] });
  expect(toSplit("shares", 1000, 2, [2, 0.5])).toBeNull();
});
