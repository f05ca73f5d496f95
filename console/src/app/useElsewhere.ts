import { type Permission } from "@/session/roles";
import { useMay } from "@/session/session";
import { PLACES } from "./navigation";

/** Where to go instead, for a role that may not see the first screen. */
export function useElsewhere(needed: Permission): string | null {
  const may = useMay();
  if (may(needed)) return null;
  return PLACES.find(({ needs }) => needs === null || may(needs))?.to ?? null;
}
