import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { afterFailure, answered, client, idempotencyKey, once, type Wire } from "@/api/client";
import { checkoutQuery } from "@/api/queries";

/** What one payer of a group can say. */
export function useLeg(id: string, leg: Wire<"Leg">) {
  const queries = useQueryClient();
  const { queryKey } = checkoutQuery(id);
  const yes = useRef(idempotencyKey());
  const no = useRef(idempotencyKey());
  const path = (key: string) => ({ params: { path: { id, n: leg.number }, header: once(key) } });
  const keep = (checkout: Wire<"Checkout">) => queries.setQueryData(queryKey, checkout);

  const confirm = useMutation({
    mutationFn: () => answered(client.POST("/checkouts/{id}/legs/{n}/confirm", { ...path(yes.current), body: {} })),
    onSuccess: keep,
    onError: (error) => void (yes.current = afterFailure(yes.current, error)),
  });
  const cancel = useMutation({
    mutationFn: () => answered(client.POST("/checkouts/{id}/legs/{n}/cancel", { ...path(no.current), body: {} })),
    onSuccess: keep,
  });
  // A part is a payment of its own: its factor is proved there.
  const stepUp = useMutation({
    mutationFn: (pin: string) =>
      answered(
        client.POST("/transactions/{id}/step-up", {
          params: { path: { id: leg.transaction_id }, header: once() },
          body: { pin },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey }),
  });
  return { confirm, cancel, stepUp };
}
