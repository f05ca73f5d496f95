import { expect, test } from "vitest";
import { boundsOf, thumbprint, UNBOUND } from "./bounds";

const DIGITS = "0a".repeat(32);

test("a thumbprint is taken as other programs show it, and nothing else is", () => {
  expect(thumbprint(DIGITS.toUpperCase().replace(/..(?=.)/g, "$&:"))).toBe(DIGITS);
  expect(thumbprint(`${DIGITS.slice(0, 32)} ${DIGITS.slice(32)}\n`)).toBe(DIGITS);
  expect(thumbprint(DIGITS.slice(2))).toBeNull();
  expect(thumbprint(DIGITS.replace("a", "g"))).toBeNull();
});

test("a key without bounds is asked for as one, and a time of this browser as a moment", () => {
  expect(boundsOf(UNBOUND)).toEqual({ scopes: null, camera: null, certificate_sha256: null, expires_at: null });
  const bound = boundsOf({ ...UNBOUND, scopes: ["payments.take"], expires: "2030-01-02T03:04" });
  expect(bound.scopes).toEqual(["payments.take"]);
  expect(bound.expires_at).toBe(new Date(2030, 0, 2, 3, 4).toISOString());
});
