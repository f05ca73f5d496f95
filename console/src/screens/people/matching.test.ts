import { expect, test } from "vitest";
import { matching } from "./matching";

const person = (name: string, email?: string) => ({ id: name, name, email, status: "active", created_at: "" });
const people = [person("Jürgen Groß", "j@example.org"), person("Katherine Johnson"), person("李娜")];

test.each([
  ["", 3],
  ["jurgen", 1],
  ["JOHN kath", 1],
  ["example.org", 1],
  ["李", 1],
  ["nobody", 0],
])("%s finds %d", (wanted, count) => {
  expect(matching(people, wanted)).toHaveLength(count);
});
