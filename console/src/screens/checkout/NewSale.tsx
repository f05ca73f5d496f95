import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CameraView } from "@/kit/CameraView";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Trouble } from "@/kit/Trouble";
import { useFormat } from "@/i18n/format";
import { AmountEntry } from "@/pay/AmountEntry";
import { CameraChoice } from "@/pay/CameraChoice";
import { useNewCheckout } from "@/pay/useNewCheckout";
import css from "./Till.module.css";

export function NewSale({ onOpened }: { onOpened: (id: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sale = useNewCheckout(onOpened);
  const [reference, setReference] = useState("");
  const { amount, camera } = sale;
  return (
    <Loaded query={sale.query}>
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
                sale.begin({ reference: reference || null });
              }}
            >
              <AmountEntry {...sale.entry} />
              <div className={css.pair}>
                <CameraChoice cameras={items} value={camera?.id ?? null} onChange={sale.choose} />
                <TextInput
                  label={t("pay.reference")}
                  maxLength={200}
                  value={reference}
                  onChange={(change) => setReference(change.currentTarget.value)}
                />
              </div>
              <Trouble error={sale.error} />
              <Button type="submit" size="lg" loading={sale.isBusy} disabled={amount.amount === 0 || !camera}>
                {amount.amount > 0 ? t("checkout.charge", { amount: format.money(amount) }) : t("checkout.type")}
              </Button>
            </form>
          </Card>
        </div>
      )}
    </Loaded>
  );
}
