import { IconCircleX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Done } from "@/pay/Done";
import { phaseOf } from "@/pay/phase";
import { Reasons } from "@/pay/Reasons";
import css from "./Kiosk.module.css";

/** It is paid, or it is not; the screen leaves by itself. */
export function Outcome({ checkout }: { checkout: Wire<"Checkout"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const paid = phaseOf(checkout.state) === "paid";
  const reasons = (checkout.reasons ?? []).filter((reason) => reason !== checkout.state).slice(0, 1);
  return (
    <div className={css.done} role="status">
      {paid ? <Done size={160} /> : <IconCircleX size={120} stroke={1} aria-hidden />}
      <p className={css.huge}>{t(paid ? "kiosk.thanks" : "pay.nothing_paid")}</p>
      {paid && <p className={css.big}>{format.money(checkout.amount)}</p>}
      <Reasons reasons={reasons} />
    </div>
  );
}
