import { IconBan } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Facts } from "@/kit/Facts";
import { FaceCard } from "./FaceCard";
import { Heading } from "./Heading";
import { Limits } from "./Limits";
import css from "./Me.module.css";
import { Newest } from "./Newest";
import type { Own } from "./queries";

/** How it stands: whether the face pays, what may be spent and what is, the newest receipts. */
export function Overview({ own }: { own: Own }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <Heading title={own.name} />
      {own.status === "blocked" && (
        <p className={css.warning}>
          <IconBan size={20} stroke={1.6} aria-hidden />
          {t("me.blocked")}
        </p>
      )}
      <FaceCard own={own} />
      <Limits limits={own.limits} />
      {own.wallets.length > 0 && (
        <Card title={t("me.wallet")}>
          <Facts
            facts={own.wallets.map(({ available, reserved }) => [
              available.currency,
              <span key={available.currency}>
                {format.money(available)}
                {reserved.amount > 0 && <span className="small soft"> · {t("people.reserved", { amount: format.money(reserved) })}</span>}
              </span>,
            ])}
          />
        </Card>
      )}
      <Newest />
    </>
  );
}
