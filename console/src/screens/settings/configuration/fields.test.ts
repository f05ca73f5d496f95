import { expect, test } from "vitest";
import { fields, shown } from "./fields";

const schema = {
  type: "object",
  properties: {
    policy: {
      type: "object",
      properties: {
        sale_amount_max: { type: "integer", default: 5000 },
        step_up_always: { type: "boolean", default: false },
      },
    },
    compute: { type: "object", properties: { device: { type: "string", enum: ["auto", "cpu"], default: "auto" } } },
    oidc: { type: "object", properties: { client_secret: { type: "string", default: "" } } },
    cameras: {
      type: "object",
      properties: {
        networks: { type: "array", items: { type: "string" }, default: [] },
        list: { type: "array", items: { type: "object" } },
      },
    },
  },
};

test("settings are listed by their full name, with what is in force and where it comes from", () => {
  const all = fields(schema, { policy: { sale_amount_max: 100 }, oidc: { client_secret: "***" } }, { "policy.sale_amount_max": "/etc/facepay/10.toml" });
  const by = (key: string) => all.find((field) => field.key === key);
  expect(by("policy.sale_amount_max")).toMatchObject({ kind: "whole", value: 100, source: "/etc/facepay/10.toml", group: "policy" });
  expect(by("policy.step_up_always")).toMatchObject({ kind: "switch", value: false, source: "default" });
  expect(by("compute.device")).toMatchObject({ kind: "choice", choices: ["auto", "cpu"] });
  expect(by("cameras.networks")).toMatchObject({ kind: "list", value: [] });
});

test("a secret, and what is no plain value, is not for typing", () => {
  const all = fields(schema, { oidc: { client_secret: "***" } }, {});
  expect(all.filter(({ kind }) => kind === "fixed").map(({ key }) => key)).toEqual(["oidc.client_secret", "cameras.list"]);
});

test("a value is shown in one line", () => {
  expect([shown(["a", "b"]), shown([]), shown(""), shown(false), shown({ a: 1 })]).toEqual(["a, b", "–", "–", "false", '{"a":1}']);
});
