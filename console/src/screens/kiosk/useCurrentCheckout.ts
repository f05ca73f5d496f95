import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Wire } from "@/api/client";
import { listQuery } from "@/api/queries";
import { isOver } from "@/pay/phase";

const SHOWN_AFTER_MS = 8_000;

/** The checkout that is open at a camera; one that has ended stays in view for a moment, then the kiosk is free again. */
export function useCurrentCheckout(camera: string) {
  const { data, error } = useQuery({
    ...listQuery("/checkouts", { query: { limit: 10 } }),
    refetchInterval: 800,
    staleTime: 0,
  });
  const [current, setCurrent] = useState<string | null>(null);
  const newest = data?.items.find((checkout) => checkout.camera === camera && !checkout.legs);
  const open = newest && !isOver(newest.state) ? newest.id : null;

  useEffect(() => {
    if (open) setCurrent(open);
  }, [open]);

  const shown: Wire<"Checkout"> | undefined = data?.items.find(({ id }) => id === current);
  const ended = shown && isOver(shown.state) && shown.id !== open;
  useEffect(() => {
    if (!ended) return;
    const timer = setTimeout(() => setCurrent(null), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [ended]);

  return { id: current, error, leave: () => setCurrent(null) };
}
