import { expect, test } from "vitest";
import { spent } from "./limit";

const eur = (amount: number) => ({ amount, currency: "EUR" });
const limit = (max: number, spent: number) => ({
  payment_max: eur(500),
  day_max: eur(max),
  day_spent: eur(spent),
  hour_count_max: 9,
  hour_count: 1,
});

test.each([
  [1000, 0, 0, 1000, false],
  [1000, 790, 0.79, 210, false],
  [1000, 800, 0.8, 200, true],
  // A limit that was lowered since.
  [1000, 1500, 1, 0, true],
  [0, 0, 1, 0, true],
])("of %i, %i spent", (max, amount, share, left, isNearly) => {
  expect(spent(limit(max, amount))).toEqual({ share, left: eur(left), isNearly });
});
