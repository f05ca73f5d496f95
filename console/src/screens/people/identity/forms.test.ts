import { expect, test } from "vitest";
import { FORMS, toBase64, toCheck } from "./forms";

const typed = { purpose: "enrolment", consent: " v1 ", secrets: { share_code: "a1B2" }, document: new Uint8Array([80, 75]) } as const;
const ekyc = FORMS.find(({ kind }) => kind === "aadhaar-ekyc")!;

test("a check says what was consented to, and when", () => {
  expect(toCheck(ekyc, typed, 1_767_312_000_900)).toEqual({
    provider: "identity-aadhaar",
    kind: "aadhaar-ekyc",
    purpose: "enrolment",
    claim: { consent: { text: "v1", given_at_s: 1_767_312_000 } },
    secret: { share_code: "a1B2" },
    document: "UEs=",
  });
});

test("nothing is asked without a document, a consent or what has to be confided", () => {
  expect(toCheck(ekyc, { ...typed, document: null }, 0)).toBeNull();
  expect(toCheck(ekyc, { ...typed, consent: " " }, 0)).toBeNull();
  expect(toCheck(ekyc, { ...typed, secrets: {} }, 0)).toBeNull();
});

test("bytes of a file are base64 whatever they are", () => {
  expect(toBase64(new Uint8Array([0, 255, 128]))).toBe("AP+A");
});
