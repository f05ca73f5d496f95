import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "./Badge";
import css from "./Awaits.module.css";

/** It was asked for, and somebody else has to say yes to it. */
export function Awaits({ approval }: { approval: Wire<"Approval"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={css.awaits} role="status">
      <Badge tone="warn">{t("reviews.waits")}</Badge>
      <span className="small soft">{t("reviews.until", { at: format.when(approval.expires_at) })}</span>
      <Link to="/console/reviews" className="small">
        {t("reviews.see")}
      </Link>
    </div>
  );
}
