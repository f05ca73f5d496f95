import { expect, test } from "vitest";
import { readings } from "./meter";

const fault = (reason: string, measured: number | null, allowed: number, bound: string) => ({
  reason, measured, allowed, bound, component: "", unit: "", advice: "",
});

test("a meter is full while nothing is wrong, and shows how near the figure is where something is", () => {
  const read = readings([fault("too_small", 12, 24, "at_least"), fault("too_bright", 200, 100, "at_most")], ["too_small", "too_bright"]);
  const by = Object.fromEntries(read.map(({ meter, share, good }) => [meter, [share, good]]));
  expect(by).toEqual({ size: [0.5, false], pose: [1, true], blur: [1, true], light: [0.5, false], liveness: [1, true] });
});

test("what is not measured as a figure has no share", () => {
  const [, , , , liveness] = readings([fault("too_small", null, 24, "at_least")], ["undecided", "too_small"]);
  expect(liveness).toEqual({ meter: "liveness", share: null, good: false });
});
