import { expect, test } from "vitest";
import { stepsOf } from "./steps";

test("a candidate takes over only when nothing is missing, and can always be given up", () => {
  expect(stepsOf({ phase: "shadowing", ready: false })).toEqual(["roll_back"]);
  expect(stepsOf({ phase: "shadowing", ready: true })).toEqual(["cut_over", "roll_back"]);
});

test("templates are deleted only after a change went one way or the other", () => {
  expect(stepsOf({ phase: "idle", ready: false })).toEqual(["start"]);
  expect(stepsOf({ phase: "cut_over", ready: true })).toContain("settle");
  expect(stepsOf({ phase: "rolled_back", ready: true })).toContain("settle");
});
