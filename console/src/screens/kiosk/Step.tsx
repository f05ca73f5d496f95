import { Button, Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import { Trouble } from "@/kit/Trouble";
import { phaseOf } from "@/pay/phase";
import { Reasons } from "@/pay/Reasons";
import type { Step as SaleStep } from "@/screens/checkout/step";
import css from "./Kiosk.module.css";

interface Props extends SaleStep {
  onOtherwise: () => void;
}

/** What the payer is asked for now. */
export function Step({ checkout, sale, onOtherwise }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  switch (phaseOf(checkout.state)) {
    case "look":
      return (
        <>
          <p className={css.big} role="status">
            {t("pay.look")}
          </p>
          <p className={css.text}>{t("pay.look_text")}</p>
          <button type="button" className={css.alternative} onClick={onOtherwise}>
            {t("kiosk.otherwise")}
          </button>
        </>
      );
    case "prove":
      return (
        <>
          <p className={css.big} role="status">
            {t("kiosk.pin")}
          </p>
          <Reasons reasons={(checkout.reasons ?? []).slice(0, 1)} />
          <Trouble error={sale.stepUp.error} />
          <button type="button" className={css.alternative} onClick={onOtherwise}>
            {t("kiosk.no_pin")}
          </button>
        </>
      );
    case "confirm":
      return (
        <>
          <p className={css.big} role="status">
            {t("pay.confirm_ask", { amount: format.money(checkout.amount) })}
          </p>
          <div className={css.actions}>
            <Button size="xl" loading={sale.confirm.isPending} onClick={() => sale.confirm.mutate()}>
              {t("pay.confirm")}
            </Button>
            <Button size="xl" variant="default" onClick={() => sale.cancel.mutate()}>
              {t("pay.no")}
            </Button>
          </div>
          <Trouble error={sale.confirm.error} />
        </>
      );
    default:
      return (
        <p className={css.big} role="status">
          <Loader size="lg" color="ink" /> {t("pay.paying")}
        </p>
      );
  }
}
