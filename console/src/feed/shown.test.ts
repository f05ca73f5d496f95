import { expect, test } from "vitest";
import { shownPx } from "./shown";

test("a picture is asked for as wide as it is shown, on a fine screen wider, and never of no width", () => {
  const frame = { width: 400, height: 300 };
  const vga = { width: 640, height: 480 };
  expect(shownPx(frame, vga, 1)).toBe(400);
  expect(shownPx(frame, vga, 2)).toBe(800);
  expect(shownPx({ width: 401, height: 300 }, vga, 1)).toBe(416);
  // Its sides are cut: all of it is wider than what is seen.
  expect(shownPx(frame, { width: 640, height: 360 }, 1)).toBe(544);
  expect(shownPx({ width: 0, height: 0 }, vga, 1)).toBe(16);
});
