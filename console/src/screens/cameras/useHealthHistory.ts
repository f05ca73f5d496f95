import { useEffect, useState } from "react";
import type { Wire } from "@/api/client";

/** How a camera did at one moment. */
export interface Health {
  live: boolean;
  fps: number;
  ageMs: number | null;
}

const KEPT_MAX = 90;

/** What was seen of each camera's health since the screen was opened, oldest first; `at` says when the newest came. */
export function useHealthHistory(cameras: Wire<"Camera">[] | undefined, at: number): Map<string, Health[]> {
  const [history, setHistory] = useState(new Map<string, Health[]>());
  useEffect(() => {
    if (!cameras) return;
    setHistory(
      (before) =>
        new Map(
          cameras.map(({ id, health }) => {
            const now = { live: health.state === "live", fps: health.fps, ageMs: health.frame_age_ms ?? null };
            return [id, [...(before.get(id) ?? []).slice(1 - KEPT_MAX), now]];
          }),
        ),
    );
  }, [cameras, at]);
  return history;
}
