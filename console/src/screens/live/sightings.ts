import type { ApplianceEvent } from "@/api/events";

/** Left, top, width, height: shares of a picture or of a frame. */
export type Area = [number, number, number, number];

export interface Sighting {
  track: number;
  /** Whether the appliance knows the face; whose it is is in no event. */
  known: boolean;
  area: Area;
  at: number;
}

/** Whoever was not seen anew for so long is not said to stand there. */
export const SHOWN_MS = 2_500;

export function stillSeen(sightings: Sighting[], now: number): Sighting[] {
  return sightings.filter(({ at }) => now - at < SHOWN_MS);
}

/** A face that moved by a smaller share of the picture stands still: corners that follow each tremble help nobody, and are painted for nothing. */
const MOVED_MIN = 0.01;

function steady(before: Area | undefined, area: Area): Area {
  return before?.every((share, which) => Math.abs(share - area[which]!) < MOVED_MIN) ? before : area;
}

/** Who stands at a camera after one more event: the newest of each face. */
export function afterSighting(before: Sighting[], event: ApplianceEvent, now: number): Sighting[] {
  const track = event["track"] as number;
  const area = steady(before.find((sighting) => sighting.track === track)?.area, event["box"] as Area);
  const newest = { track, known: event["known"] === true, area, at: now };
  return [...stillSeen(before, now).filter((sighting) => sighting.track !== track), newest];
}

/** Where an area of a picture is in a frame that the picture fills, cut where it has another shape. Both shapes are width by height. */
export function inFrame([x, y, width, height]: Area, picture: number, frame: number): Area {
  const wide = Math.max(1, picture / frame);
  const high = Math.max(1, frame / picture);
  return [(x - 0.5) * wide + 0.5, (y - 0.5) * high + 0.5, width * wide, height * high];
}
