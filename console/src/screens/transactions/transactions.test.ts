import { expect, test } from "vitest";
import { listed } from "./listed";
import { hasFine, transactionSearch } from "./search";
import { moments } from "./timeline";

test("only filters that are texts, and states that there are, are taken from the address", () => {
  expect(transactionSearch({ state: "captured", user: "u", min: 12.5, other: "x" })).toEqual({ state: "captured", user: "u", min: "12.5" });
  expect(transactionSearch({ state: "bogus", user: "", from: {} })).toEqual({});
});

test("amounts are asked for in minor units of their currency, and not without one", () => {
  expect(listed({ min: "12.50", max: "20", currency: "EUR" })).toMatchObject({ amount_min: 1250, amount_max: 2000, currency: "EUR" });
  expect(listed({ min: "12", currency: "JPY" }).amount_min).toBe(12);
  expect(listed({ min: "12.50" }).amount_min).toBeUndefined();
  expect(listed({ min: "much", currency: "EUR" }).amount_min).toBeUndefined();
});

test("the last day of a span is in it", () => {
  const { from, to } = listed({ from: "2026-01-05", to: "2026-01-05" });
  expect(Date.parse(to!) - Date.parse(from!)).toBe(86_400_000);
  expect(listed({ from: "yesterday" }).from).toBeUndefined();
});

test("filters behind the button are shown when one of them is set", () => {
  expect(hasFine({ state: "captured" })).toBe(false);
  expect(hasFine({ reference: "r-1" })).toBe(true);
});

const amount = { amount: 100, currency: "EUR" };
const payment = {
  id: "t", state: "captured", amount, captured: amount, refunded: { ...amount, amount: 0 }, branch: "main", terminal: "till-1",
  created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:05Z", expires_at: "2026-01-01T00:01:00Z",
} as const;
const micros = (seconds: number) => Date.parse(payment.created_at) * 1000 + seconds * 1e6;
const step = (seq: number, action: string, afterMs: number) => ({
  seq, action, actor: "key:k", after_ms: afterMs, at: new Date(Date.parse(payment.created_at) + afterMs).toISOString(),
});

test("what only the signed receipt knows stands among the audited moments, in order", () => {
  const text = JSON.stringify({
    opened_at_micros: micros(0), factor: { by: "pin", proved_at_micros: micros(3) },
    decision: { frame_at_micros: micros(1), decided_at_micros: micros(2), similarity: "0.9", camera: "till-1" },
  });
  const receipt = {
    transaction_id: "t", state: "captured", amount, refunded: amount, amount_text: "", paid_at: "", signature: "", key: "", receipt: text,
  } as const;
  const told = moments([step(5, "transaction.opened", 0), step(9, "transaction.captured", 5000)], payment, receipt);
  expect(told.map(({ name }) => name)).toEqual(["opened", "seen", "decided", "factor_pin", "captured"]);
  expect(told.map(({ afterMs }) => afterMs)).toEqual([0, 1000, 2000, 3000, 5000]);
});

test("without a receipt there is what the audit chain says", () => {
  expect(moments([step(1, "transaction.policy_declined", 40)], payment, undefined)).toEqual([
    { id: "1", name: "policy_declined", at: "2026-01-01T00:00:00.040Z", afterMs: 40, note: undefined },
  ]);
});
