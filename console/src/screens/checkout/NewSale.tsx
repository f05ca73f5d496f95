import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { afterFailure, answered, client, idempotencyKey, once } from "@/api/client";
import { CameraView } from "@/kit/CameraView";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Trouble } from "@/kit/Trouble";
import { useFormat } from "@/i18n/format";
import { AmountEntry } from "@/pay/AmountEntry";
import { CameraChoice } from "@/pay/CameraChoice";
import { keepCurrency, usualCurrency } from "@/pay/currencies";
import { useCamera } from "@/pay/useCamera";
import css from "./Till.module.css";

export function NewSale({ onOpened }: { onOpened: (id: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { query, camera, choose } = useCamera();
  const [amount, setAmount] = useState(0);
  const [currency, setCurrency] = useState(usualCurrency);
  const [reference, setReference] = useState("");
  const key = useRef(idempotencyKey());
  const open = useMutation({
    mutationFn: (camera: string) =>
      answered(
        client.POST("/checkouts", {
          params: { header: once(key.current) },
          body: { camera, amount: { amount, currency }, reference: reference || null },
        }),
      ),
    onSuccess: ({ id }) => onOpened(id),
    onError: (error) => void (key.current = afterFailure(key.current, error)),
  });
  return (
    <Loaded query={query}>
      {({ items }) => (
        <div className={css.till}>
          <Card flush className={css.stage}>
            {camera && <CameraView camera={camera.id} />}
          </Card>
          <Card>
            <form
              className={css.form}
              onSubmit={(submit) => {
                submit.preventDefault();
                if (camera) open.mutate(camera.id);
              }}
            >
              <AmountEntry
                amount={amount}
                currency={currency}
                onAmount={setAmount}
                onCurrency={(chosen) => {
                  setCurrency(chosen);
                  keepCurrency(chosen);
                }}
              />
              <div className={css.pair}>
                <CameraChoice cameras={items} value={camera?.id ?? null} onChange={choose} />
                <TextInput
                  label={t("pay.reference")}
                  maxLength={200}
                  value={reference}
                  onChange={(change) => setReference(change.currentTarget.value)}
                />
              </div>
              <Trouble error={open.error} />
              <Button type="submit" size="lg" loading={open.isPending} disabled={amount === 0 || !camera}>
                {amount > 0 ? t("checkout.charge", { amount: format.money({ amount, currency }) }) : t("checkout.type")}
              </Button>
            </form>
          </Card>
        </div>
      )}
    </Loaded>
  );
}
