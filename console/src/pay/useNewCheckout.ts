import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { afterFailure, answered, client, idempotencyKey, once, type Wire } from "@/api/client";
import { keepCurrency, usualCurrency } from "./currencies";
import { useCamera } from "./useCamera";

type Terms = Omit<Wire<"NewCheckout">, "camera" | "amount">;

/** A checkout that is made ready: what by one or several payers has in common. */
export function useNewCheckout(onOpened: (id: string) => void) {
  const { query, camera, choose } = useCamera();
  const [amount, setAmount] = useState(0);
  const [currency, setCurrency] = useState(usualCurrency);
  const key = useRef(idempotencyKey());
  const open = useMutation({
    mutationFn: ({ at, ...terms }: Terms & { at: string }) =>
      answered(
        client.POST("/checkouts", {
          params: { header: once(key.current) },
          body: { camera: at, amount: { amount, currency }, ...terms },
        }),
      ),
    onSuccess: ({ id }) => onOpened(id),
    onError: (error) => void (key.current = afterFailure(key.current, error)),
  });
  return {
    query,
    camera,
    choose,
    amount: { amount, currency },
    entry: {
      amount,
      currency,
      onAmount: setAmount,
      onCurrency: (chosen: string) => {
        setCurrency(chosen);
        keepCurrency(chosen);
      },
    },
    begin: (terms: Terms) => camera && open.mutate({ at: camera.id, ...terms }),
    isBusy: open.isPending,
    error: open.error,
  };
}
