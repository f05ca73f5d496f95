import { expect, test } from "vitest";
import type { Wire } from "@/api/client";
import { areas, type Status, urgentOf } from "./findings";

const check = (name: string, status: Status): Wire<"Finding"> => ({ name, status, what: "", why: "", mend: "" });

test("checks stand by what they are about, and what needs somebody comes first", () => {
  const found = areas([
    check("config.valid", "ok"),
    check("storage.disk_space", "ok"),
    check("storage.backup", "warn"),
    check("secrets", "skip"),
    check("network.port", "fail"),
    check("storage.ledger", "ok"),
  ]);
  expect(found.map(({ name, worst }) => [name, worst])).toEqual([
    ["network", "fail"],
    ["storage", "warn"],
    ["config", "ok"],
    ["secrets", "skip"],
  ]);
  expect(found[1]!.checks.map(({ name }) => name)).toEqual(["storage.backup", "storage.disk_space", "storage.ledger"]);
});

test("only what warns or fails needs somebody, and what fails first", () => {
  const found = urgentOf([check("a.one", "warn"), check("a.two", "ok"), check("b.one", "fail"), check("c", "skip")]);
  expect(found.map(({ name }) => name)).toEqual(["b.one", "a.one"]);
  expect(areas([])).toEqual([]);
});
