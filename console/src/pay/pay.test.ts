import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { digits } from "./keypad";
import { isOver, phaseOf } from "./phase";
import { hex, unhex, verifyReceipt, verifySigned } from "./verify";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
const signed = (text: string) => sign(null, Buffer.from(text), privateKey).toString("hex");

test("a signature holds for its text and key, and for no others", async () => {
  const text = "paid 12.50 EUR";
  const signature = signed(text);
  expect(await verifySigned({ text, signature, key })).toBe("holds");
  expect(await verifySigned({ text: `${text}0`, signature, key })).toBe("broken");
  expect(await verifySigned({ text, signature, key }, "00".repeat(32))).toBe("other_key");
});

test("a receipt holds only when what is shown is what was signed", async () => {
  const text = JSON.stringify({ transaction: "t1", amount: { minor: 1250, currency: "EUR", text: "12.50 EUR" } });
  const receipt = {
    transaction_id: "t1",
    amount: { amount: 1250, currency: "EUR" },
    amount_text: "12.50 EUR",
    paid_at: "",
    receipt: text,
    signature: signed(text),
    key,
    state: "captured",
    refunded: { amount: 0, currency: "EUR" },
  };
  expect(await verifyReceipt(receipt)).toBe("holds");
  expect(await verifyReceipt({ ...receipt, amount: { amount: 1, currency: "EUR" } })).toBe("broken");
  expect(await verifyReceipt({ ...receipt, transaction_id: "t2" })).toBe("broken");
});

test("hex goes there and back", () => {
  expect(hex(unhex("00ff7a"))).toBe("00ff7a");
});

test("nothing is asked of a payer in a state that is not known", () => {
  expect(phaseOf("awaiting_confirmation")).toBe("confirm");
  expect(phaseOf("something new")).toBe("over");
  expect(isOver("in_doubt")).toBe(false);
  expect(isOver("paid")).toBe(true);
});

test("a shuffled keypad has every digit once, in an order that differs", () => {
  const shuffled = digits(true);
  expect([...shuffled].sort()).toEqual([..."0123456789"]);
  const orders = new Set(Array.from({ length: 20 }, () => digits(true).join("")));
  expect(orders.size).toBeGreaterThan(15);
  expect(digits(false).join("")).toBe("1234567890");
});
