import { useEffect, useState } from "react";
import { useEvents } from "@/api/events";
import { afterSighting, SHOWN_MS, type Sighting, stillSeen } from "./sightings";

/** Who stands at a camera just now. */
export function useSightings(camera: string): Sighting[] {
  const [sightings, setSightings] = useState<Sighting[]>([]);
  useEvents((event) => {
    if (event.type !== "sighting" || event["camera"] !== camera) return;
    setSightings((before) => afterSighting(before, event, performance.now()));
  });
  useEffect(() => {
    if (sightings.length === 0) return;
    const timer = setTimeout(() => setSightings((before) => stillSeen(before, performance.now())), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [sightings]);
  return sightings;
}
