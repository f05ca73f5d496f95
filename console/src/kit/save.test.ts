import { expect, test } from "vitest";
import { csv } from "./save";

test("cells are quoted where they must be, and no text becomes a formula", () => {
  expect(csv([["a", "b,c", 'say "x"', "two\nlines", null, 5]])).toBe('a,"b,c","say ""x""","two\nlines",,5\r\n');
  expect(csv([["=1+1", "-5", -5]])).toBe("'=1+1,'-5,-5\r\n");
});
