import { expect, test } from "vitest";
import { formatAgo, formatBytes, formatMoney, formatSpan, minorDigits, parseAmount } from "./format";

test.each([
  ["12.50", "EUR", 1250],
  ["12,5", "EUR", 1250],
  [" 7 ", "EUR", 700],
  ["0.01", "EUR", 1],
  ["500", "JPY", 500],
  ["1.250", "KWD", 1250],
  ["0", "EUR", null],
  ["12.505", "EUR", null],
  ["5.5", "JPY", null],
  ["-3", "EUR", null],
  ["1e3", "EUR", null],
  ["", "EUR", null],
  ["١٢٫٥", "EUR", 1250],
  ["१२.५०", "INR", 1250],
])("%s in %s is %s minor units", (text, currency, amount) => {
  expect(parseAmount(text, currency)).toBe(amount);
});

test("money is written in the language's way, with the currency's digits", () => {
  expect(formatMoney({ amount: 1250, currency: "EUR" }, "en")).toBe("€12.50");
  expect(formatMoney({ amount: 1250, currency: "EUR" }, "de")).toBe("12,50\u00a0€");
  expect(formatMoney({ amount: 1250, currency: "JPY" }, "en")).toBe("¥1,250");
  expect(minorDigits("not a currency")).toBe(2);
});

test.each([
  [-30_000, "30 seconds ago"],
  [-90_000, "1 minute ago"],
  [-2 * 86_400_000, "2 days ago"],
  [3_600_000, "in 1 hour"],
])("%d ms from now is %s", (ms, text) => {
  const now = Date.parse("2026-06-01T00:00:00Z");
  expect(formatAgo(new Date(now + ms).toISOString(), now, "en")).toBe(text);
});

test.each([
  [0, "0 byte"],
  [999, "999 byte"],
  [1_000, "1 kB"],
  [1_500_000, "1.5 MB"],
  [64_000_000_000, "64 GB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes, "en")).toBe(text);
});

test("how long something lasts is told in the largest unit that fits", () => {
  expect([30, 999, 1_500, 609_404, 7_200_000].map((ms) => formatSpan(ms, "en"))).toEqual(["30 ms", "999 ms", "1 sec", "10 min", "2 hr"]);
  expect(formatSpan(0, "en")).toBe("0 ms");
});
