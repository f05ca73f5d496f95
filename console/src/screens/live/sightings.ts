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

/** Who stands at a camera after one more event: the newest of each face. */
export function afterSighting(before: Sighting[], event: ApplianceEvent, now: number): Sighting[] {
  const track = event["track"] as number;
  const newest = { track, known: event["known"] === true, area: event["box"] as Area, at: now };
  return [...stillSeen(before, now).filter((sighting) => sighting.track !== track), newest];
}

/** Where an area of a picture is in a frame that the picture fills, cut where it has another shape. Both shapes are width by height. */
export function inFrame([x, y, width, height]: Area, picture: number, frame: number): Area {
  const wide = Math.max(1, picture / frame);
  const high = Math.max(1, frame / picture);
  return [(x - 0.5) * wide + 0.5, (y - 0.5) * high + 0.5, width * wide, height * high];
}
