import type { Wire } from "@/api/client";

/** What is measured of a face, by what people can do about it. */
export const METERS = ["size", "pose", "blur", "light", "liveness"] as const;
export type Meter = (typeof METERS)[number];

const METER_OF: Record<string, Meter> = {
  too_small: "size",
  too_close: "size",
  at_edge: "size",
  pose: "pose",
  head_tilted: "pose",
  not_straight: "pose",
  turned_too_little: "pose",
  turned_too_far: "pose",
  nodded: "pose",
  blurred: "blur",
  too_dark: "light",
  too_bright: "light",
  low_contrast: "light",
  uneven_light: "light",
  face_not_live: "liveness",
  undecided: "liveness",
};

export interface Reading {
  meter: Meter;
  /** 0 to 1 of what is asked for; null where it is not measured as a figure. */
  share: number | null;
  good: boolean;
}

/** How near the newest picture is to what is asked for, for each meter. */
export function readings(faults: Wire<"QualityFault">[], reasons: string[]): Reading[] {
  return METERS.map((meter) => {
    const good = !reasons.some((reason) => METER_OF[reason] === meter);
    const fault = faults.find(({ reason }) => METER_OF[reason] === meter);
    return { meter, good, share: good ? 1 : fault ? share(fault) : null };
  });
}

function share({ measured, allowed, bound }: Wire<"QualityFault">): number | null {
  if (measured == null || !Number.isFinite(measured)) return null;
  const [part, whole] = bound === "at_least" ? [measured, allowed] : [allowed, measured];
  return whole === 0 ? null : Math.min(1, Math.max(0, part / whole));
}
