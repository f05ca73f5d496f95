import { expect, test } from "vitest";
import { transactionSearch } from "./search";
import { moments } from "./timeline";

test("only filters that are texts are taken from the address", () => {
  expect(transactionSearch({ state: "captured", user: "u", other: 1 })).toEqual({ state: "captured", user: "u" });
  expect(transactionSearch({ state: "", user: 5 })).toEqual({});
});

const amount = { amount: 100, currency: "EUR" };
const payment = {
  id: "t", state: "captured", amount, captured: amount, refunded: { ...amount, amount: 0 }, branch: "main", terminal: "till-1",
  created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:05Z", expires_at: "2026-01-01T00:01:00Z",
};
const micros = (seconds: number) => Date.parse(payment.created_at) * 1000 + seconds * 1e6;

test("a payment's moments are those of its signed receipt, in order", () => {
  const text = JSON.stringify({
    opened_at_micros: micros(0), captured_at_micros: micros(5), factor: { by: "pin", proved_at_micros: micros(3) },
    decision: { frame_at_micros: micros(1), decided_at_micros: micros(2), similarity: "0.9", camera: "till-1" },
    operations: [{ kind: "sale", begun_at_micros: micros(4), provider: "p", provider_ref: "r" }],
  });
  const receipt = {
    transaction_id: "t", state: "captured", amount, refunded: amount, amount_text: "", paid_at: "", signature: "", key: "", receipt: text,
  };
  const names = moments(payment, receipt).map(({ name }) => name);
  expect(names).toEqual(["opened", "seen", "decided", "factor_pin", "operation_sale", "captured"]);
});

test("without a receipt there is what the payment itself says", () => {
  expect(moments({ ...payment, state: "declined" }, undefined).map(({ name }) => name)).toEqual(["opened", "declined"]);
});
