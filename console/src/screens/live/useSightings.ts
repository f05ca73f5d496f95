import { useEffect, useState } from "react";
import { useEvents } from "@/api/events";
import { together } from "@/feed/together";
import { afterSighting, SHOWN_MS, type Sighting, stillSeen } from "./sightings";

/** What is said of faces waits so long for the next picture, to be painted with it. */
const WITHIN_MS = 300;

/** Who stands at a camera just now. */
export function useSightings(camera: string): Sighting[] {
  const [sightings, setSightings] = useState<Sighting[]>([]);
  useEvents((event) => {
    if (event.type !== "sighting" || event["camera"] !== camera) return;
    const now = performance.now();
    together(() => setSightings((before) => afterSighting(before, event, now)), WITHIN_MS);
  });
  useEffect(() => {
    if (sightings.length === 0) return;
    const timer = setTimeout(() => setSightings((before) => stillSeen(before, performance.now())), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [sightings]);
  return sightings;
}
