import { expect, test } from "vitest";
import { csrf } from "./cookie";
import { may, parse, PERMISSIONS } from "./roles";

test("the table of roles is read as it is committed", () => {
  expect(PERMISSIONS).toContain("people.erase");
  expect(may("admin", "people.erase")).toBe(true);
  expect(may("operator", "people.erase")).toBe(false);
  expect(may("kiosk", "payments.take")).toBe(true);
  expect(may("kiosk", "people.read")).toBe(false);
});

test("who has an unknown role is let through to the appliance, an unknown permission is nobody's", () => {
  expect(may(null, "people.erase")).toBe(true);
  expect(may("admin", "no.such")).toBe(false);
});

test("a table with other columns is read by its head", () => {
  const table = parse("permission  a b\nx.read  yes -\ny.write -   yes");
  expect(table.get("x.read")).toEqual(new Set(["a"]));
  expect(table.get("y.write")).toEqual(new Set(["b"]));
});

test("the token against forged requests is taken from its own cookie only", () => {
  expect(csrf("a=1; __Host-facepay_csrf=tok; b=2")).toBe("tok");
  expect(csrf("x__Host-facepay_csrf=no")).toBeUndefined();
});
