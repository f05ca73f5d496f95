import { expect, test } from "vitest";
import { peopleSearch } from "./search";

test("whoever is looked for is in the address, whatever it looks like", () => {
  expect(peopleSearch({ q: "zel zus" })).toEqual({ q: "zel zus" });
  expect(peopleSearch({ q: 42 })).toEqual({ q: "42" });
  expect(peopleSearch({ q: "" })).toEqual({});
  expect(peopleSearch({ q: ["a"], other: "b" })).toEqual({});
});
