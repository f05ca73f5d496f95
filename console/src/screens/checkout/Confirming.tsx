import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import { Trouble } from "@/kit/Trouble";
import { Payer } from "./Payer";
import type { Step } from "./step";
import css from "./Till.module.css";

/** Being recognised is no consent: the payer says yes. */
export function Confirming({ checkout, sale }: Step) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <Payer id={checkout.user_id} />
      <p className={css.say}>{t("pay.confirm_ask", { amount: format.money(checkout.amount) })}</p>
      <Trouble error={sale.confirm.error ?? sale.cancel.error} />
      <div className={css.actions}>
        <Button size="xl" loading={sale.confirm.isPending} onClick={() => sale.confirm.mutate()}>
          {t("pay.confirm")}
        </Button>
        <Button variant="default" size="lg" loading={sale.cancel.isPending} onClick={() => sale.cancel.mutate()}>
          {t("pay.no")}
        </Button>
      </div>
    </>
  );
}
