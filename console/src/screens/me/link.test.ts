import { expect, test } from "vitest";
import { linkOf, ME, tokenOf } from "./link";

test("a link gives what was put into it, out of sight of whoever carries it", () => {
  const link = new URL(linkOf("https://till.example", "fpl_a-B9_x"));
  expect(tokenOf(link.hash)).toBe("fpl_a-B9_x");
  expect(link.pathname + link.search).toBe(ME);
});

test("an address that is no link gives nothing", () => {
  for (const hash of ["", "#", "#short", "#<script>alert(1)</script>"]) expect(tokenOf(hash), hash).toBeNull();
});
