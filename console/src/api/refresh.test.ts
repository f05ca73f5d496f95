import { expect, test } from "vitest";
import { staleAfter } from "./refresh";

test.each([
  ["transaction.captured", ["/transactions", "/receipts"]],
  ["camera.state", ["/cameras"]],
  ["sighting", []],
  ["enrolment.progress", []],
  ["something.new", []],
  ["resync", null],
])("%s makes %j old", (type, stale) => {
  expect(staleAfter({ seq: 1, type })).toEqual(stale);
});
