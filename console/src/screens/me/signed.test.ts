import { expect, test } from "vitest";
import { signedOf } from "./signed";

test("a receipt tells where and how it was paid, and leaves out what it does not say", () => {
  const by = { decision: { by: "face", similarity: "0.8" }, factor: { by: "pin" } };
  expect(signedOf(JSON.stringify({ branch: "main", terminal: "till-1", ...by }))).toEqual({
    branch: "main",
    terminal: "till-1",
    by: "face",
    factor: "pin",
  });
  expect(signedOf(JSON.stringify({ branch: "main", terminal: null, decision: null, factor: null }))).toEqual({
    branch: "main",
    terminal: null,
    by: null,
    factor: null,
  });
});
