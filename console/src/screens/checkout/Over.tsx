import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Reasons } from "@/pay/Reasons";
import css from "./Till.module.css";

interface Props {
  checkout: Wire<"Checkout">;
  onNew: () => void;
}

/** Nothing was paid, and why. */
export function Over({ checkout, onNew }: Props) {
  const { t } = useTranslation();
  const reasons = checkout.reasons?.length ? checkout.reasons : checkout.reason ? [checkout.reason] : [];
  return (
    <>
      <p className={css.say}>{t("pay.nothing_paid")}</p>
      <Reasons reasons={reasons.filter((reason) => reason !== checkout.state)} />
      <Button size="lg" onClick={onNew}>
        {t("checkout.next")}
      </Button>
    </>
  );
}
