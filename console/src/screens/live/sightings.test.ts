import { expect, test } from "vitest";
import { afterSighting, inFrame, SHOWN_MS, stillSeen } from "./sightings";

const event = (track: number, known = false) => ({ seq: 1, type: "sighting", track, known, box: [0.1, 0.1, 0.2, 0.2] });

test("of each face the newest sighting counts, and the others stay", () => {
  const both = afterSighting(afterSighting([], event(1), 0), event(2), 10);
  const known = afterSighting(both, event(1, true), 20);
  expect(known.map(({ track, known }) => [track, known])).toEqual([
    [2, false],
    [1, true],
  ]);
});

test("whoever is not seen anew is gone after a moment", () => {
  const both = afterSighting(afterSighting([], event(1), 0), event(2), SHOWN_MS - 1);
  expect(stillSeen(both, SHOWN_MS).map(({ track }) => track)).toEqual([2]);
  expect(afterSighting(both, event(3), 3 * SHOWN_MS).map(({ track }) => track)).toEqual([3]);
});

test("a face that trembles stands still, and one that walks is followed", () => {
  const at = (left: number) => ({ ...event(1), box: [left, 0.1, 0.2, 0.2] });
  const lefts: number[] = [];
  let seen = afterSighting([], at(0.1), 0);
  for (const left of [0.104, 0.096, 0.108, 0.116, 0.12]) {
    seen = afterSighting(seen, at(left), 10);
    lefts.push(seen[0]!.area[0]);
  }
  expect(lefts).toEqual([0.1, 0.1, 0.1, 0.116, 0.116]);
});

test("a face is where the picture is cut to the shape of its frame", () => {
  expect(inFrame([0.25, 0.25, 0.5, 0.5], 4 / 3, 4 / 3)).toEqual([0.25, 0.25, 0.5, 0.5]);
  // Wider than the frame: its sides are cut.
  const [x, y, width, height] = inFrame([0.25, 0.25, 0.5, 0.5], 16 / 9, 4 / 3);
  expect([x, y, width, height].map((share) => Number(share.toFixed(4)))).toEqual([0.1667, 0.25, 0.6667, 0.5]);
  // Narrower: its top and bottom are.
  expect(inFrame([0.25, 0.25, 0.5, 0.5], 1, 2)).toEqual([0.25, 0, 0.5, 1]);
});
