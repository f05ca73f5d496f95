import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import css from "./Limits.module.css";
import { spent } from "./limit";

/** What may be spent within a day, and how much of it is. */
export function Limits({ limits }: { limits: Wire<"OwnLimit">[] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("me.limits")} note={t("me.limits_text")}>
      {limits.length === 0 && <p className="soft">{t("me.limits_none")}</p>}
      <ul className={css.limits}>
        {limits.map((limit) => (
          <li key={limit.day_max.currency}>
            <Limit limit={limit} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Limit({ limit }: { limit: Wire<"OwnLimit"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { share, left, isNearly } = spent(limit);
  const label = t("me.limit_spent", { spent: format.money(limit.day_spent), max: format.money(limit.day_max) });
  return (
    <div className={css.limit} data-nearly={isNearly}>
      <p className={css.left}>
        <strong className="number">{format.money(left)}</strong> <span className="soft">{t("me.limit_left")}</span>
      </p>
      <meter className="hidden" min={0} max={1} value={share} aria-label={label} />
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
        <rect width="100" height="10" className={css.back} />
        <rect width={share * 100} height="10" className={css.fill} />
      </svg>
      <p className="small soft number">{label}</p>
      <p className="small soft number">
        {t("me.limit_one", { amount: format.money(limit.payment_max) })}
        {" · "}
        {t("me.limit_hour", { count: format.number(limit.hour_count), max: format.number(limit.hour_count_max) })}
      </p>
    </div>
  );
}
