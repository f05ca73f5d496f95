import { expect, test, vi } from "vitest";
import { beat } from "./beat";

test("tasks of one measure are done together, and no longer than they are wanted", () => {
  vi.useFakeTimers();
  const done: string[] = [];
  const endA = beat.every(200, () => done.push("a"));
  vi.advanceTimersByTime(150);
  const endB = beat.every(200, () => done.push("b"));
  vi.advanceTimersByTime(50);
  expect(done).toEqual(["a", "b"]);
  endA();
  vi.advanceTimersByTime(200);
  expect(done).toEqual(["a", "b", "b"]);
  endB();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
