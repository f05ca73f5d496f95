import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { qr } from "./matrix";

const digest = (text: string, mask: number) => {
  const rows = qr(text, mask)!.map((row) => row.map(Number).join(""));
  return [rows.length, createHash("sha256").update(rows.join("\n")).digest("hex").slice(0, 16)];
};

// The digests are of what python-qrcode 8.2 draws for the same text, level, mode and mask.
test.each([
  ["a", 0, 21, "ad65f877bf9411d1"],
  ["otpauth://totp/FacePay:ada%20l?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=FacePay", 2, 41, "c1ba86343de8620f"],
  ["a".repeat(300), 5, 69, "49024696067a938a"],
])("a code is the one that another encoder draws: %.20s…", (text, mask, size, drawn) => {
  expect(digest(text, mask)).toEqual([size, drawn]);
});

test("a text grows the code, and one that is too long gives none", () => {
  expect(qr("short")!.length).toBeLessThan(qr("a longer text that needs more room than that")!.length);
  expect(qr("a".repeat(997))).not.toBeNull();
  expect(qr("a".repeat(998))).toBeNull();
});
