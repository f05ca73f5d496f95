import { expect, test, vi } from "vitest";
import { together } from "./together";

test("what is asked for within a moment is done in one go, and what comes later in the next", () => {
  vi.useFakeTimers();
  const done: string[] = [];
  together(() => done.push("a"));
  vi.advanceTimersByTime(40);
  together(() => done.push("b"));
  expect(done).toEqual([]);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(20);
  expect(done).toEqual(["a", "b"]);
  together(() => done.push("c"));
  vi.advanceTimersByTime(60);
  expect(done).toEqual(["a", "b", "c"]);
  // What may wait longer does not wait longer than the others.
  together(() => done.push("d"), 300);
  vi.advanceTimersByTime(100);
  together(() => done.push("e"));
  vi.advanceTimersByTime(60);
  expect(done.slice(3)).toEqual(["d", "e"]);
  together(() => done.push("f"), 300);
  vi.advanceTimersByTime(299);
  expect(done.slice(5)).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(done.slice(5)).toEqual(["f"]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
