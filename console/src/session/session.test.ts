import { expect, test } from "vitest";
import { CookieCredentials, keepsCookies } from "./cookie";
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

const grant = { csrf: "word", id: "1", name: "Ada", role: "admin", permissions: [], totp: true, totpRequired: false, expiresAt: null };

test("the word against forged requests goes with what changes something, and with nothing once the session is over", () => {
  const credentials = new CookieCredentials();
  credentials.keep(grant);
  expect(credentials.headers("POST")).toEqual({ "x-csrf-token": "word" });
  expect(credentials.headers("get")).toEqual({});
  credentials.forget();
  expect(credentials.headers("DELETE")).toEqual({});
});

test("whether a browser keeps the session's cookie is tried, and the trial leaves nothing", () => {
  const jar = new Map<string, string>();
  const page = (secure: boolean) => ({
    get cookie() {
      return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    },
    set cookie(text: string) {
      const [name = "", value = ""] = text.split(";")[0]!.split("=");
      if (text.includes("Max-Age=0")) jar.delete(name);
      else if (secure || !text.includes("Secure")) jar.set(name, value);
    },
  });
  expect(keepsCookies(page(true))).toBe(true);
  expect(keepsCookies(page(false))).toBe(false);
  expect(jar.size).toBe(0);
});
