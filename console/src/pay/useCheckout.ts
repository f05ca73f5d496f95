import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { afterFailure, answered, client, idempotencyKey, once, type Wire } from "@/api/client";
import { checkoutQuery } from "@/api/queries";
import { isOver } from "./phase";

type Checkout = Wire<"Checkout">;

/** A checkout as it goes on, and what can be done about it. */
export function useCheckout(id: string) {
  const queries = useQueryClient();
  const options = checkoutQuery(id);
  const query = useQuery({
    ...options,
    refetchInterval: ({ state }) => (state.data && isOver(state.data.state) ? false : 600),
  });
  // One key for the yes and one for the no: pressing twice, or again after a lost answer, is the same wish.
  const yes = useRef(idempotencyKey());
  const no = useRef(idempotencyKey());
  const params = (key: string) => ({ params: { path: { id }, header: once(key) } });
  const keep = (checkout: Checkout) => queries.setQueryData(options.queryKey, checkout);

  const confirm = useMutation({
    mutationFn: () => answered(client.POST("/checkouts/{id}/confirm", { ...params(yes.current), body: {} })),
    onSuccess: keep,
    onError: (error) => void (yes.current = afterFailure(yes.current, error)),
  });
  const cancel = useMutation({
    mutationFn: () => answered(client.POST("/checkouts/{id}/cancel", { ...params(no.current), body: {} })),
    onSuccess: keep,
    onError: (error) => void (no.current = afterFailure(no.current, error)),
  });
  const stepUp = useMutation({
    mutationFn: (body: Wire<"StepUp">) =>
      answered(client.POST("/checkouts/{id}/step-up", { ...params(idempotencyKey()), body })),
    onSuccess: keep,
  });
  const namePayer = useMutation({
    mutationFn: (track: number) =>
      answered(client.POST("/checkouts/{id}/payer", { ...params(idempotencyKey()), body: { track } })),
    onSuccess: keep,
  });
  return { query, confirm, cancel, stepUp, namePayer };
}
