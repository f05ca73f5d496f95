import { expect, test } from "vitest";
import { auditSearch } from "./search";

test("only filters that are texts are taken from the address", () => {
  expect(auditSearch({ actor: "key:k", action: "transaction.", from: "2026-01-05", to: "", order: "oldest", subject: 5 })).toEqual({
    actor: "key:k",
    action: "transaction.",
    from: "2026-01-05",
  });
});
