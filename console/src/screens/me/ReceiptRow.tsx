import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import css from "./ReceiptRow.module.css";

/** One receipt of several: when, what for, how much. */
export function ReceiptRow({ receipt }: { receipt: Wire<"Receipt"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <Link to="." search={{ receipt: receipt.transaction_id }} className={css.row}>
        <span className={css.what}>
          <span className={css.reference}>
            <bdi>{receipt.reference ?? t("me.payment")}</bdi>
          </span>
          <span className="small soft number">{format.when(receipt.paid_at)}</span>
          {receipt.refunded.amount > 0 && (
            <span>
              <Badge tone="info">{t("me.refunded", { amount: format.money(receipt.refunded) })}</Badge>
            </span>
          )}
        </span>
        <span className={css.amount}>{format.money(receipt.amount)}</span>
        <IconChevronRight className={css.go} size={18} stroke={1.6} aria-hidden />
      </Link>
    </li>
  );
}
