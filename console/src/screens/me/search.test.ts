import { expect, test } from "vitest";
import { meSearch } from "./search";

test("an address shows a view or a receipt, and nothing that is none", () => {
  expect(meSearch({ view: "receipts" })).toEqual({ view: "receipts" });
  expect(meSearch({ view: "overview" })).toEqual({});
  expect(meSearch({ view: "admin", receipt: "<script>" })).toEqual({});
  const receipt = "01938f5e-7a6b-7c01-8000-00000000002a";
  expect(meSearch({ receipt })).toEqual({ receipt });
});
