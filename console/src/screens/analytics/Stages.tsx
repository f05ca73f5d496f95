import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import css from "./Analytics.module.css";
import { histogram, labelValues, quantile, type Sample } from "./metrics";

const NAME = "facepay_stage_duration_seconds";

/** How long each step takes: half of all within the full bar, 95 % within the pale one. */
export function Stages({ samples }: { samples: Sample[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const stages = labelValues(samples, `${NAME}_count`, "stage").flatMap((stage) => {
    const found = histogram(samples, NAME, { stage });
    const p50 = found && quantile(found, 0.5);
    const p95 = found && quantile(found, 0.95);
    return p50 != null && p95 != null ? [{ stage, p50: p50 * 1000, p95: p95 * 1000 }] : [];
  });
  const longest = Math.max(1, ...stages.map(({ p95 }) => p95));
  if (stages.length === 0) return <p className="soft">{t("analytics.nothing_yet")}</p>;
  return (
    <ul className={css.bars}>
      {stages.map(({ stage, p50, p95 }) => (
        <li key={stage}>
          <span>{t(`stage.${stage}`, { defaultValue: stage })}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
            <rect width="100" height="10" className={css.back} />
            <rect width={(p95 / longest) * 100} height="10" className={css.soft} />
            <rect width={(p50 / longest) * 100} height="10" className={css.full} />
          </svg>
          <span>
            {t("analytics.p50_p95", { p50: format.number(p50, p50 < 10 ? 1 : 0), p95: format.number(p95, p95 < 10 ? 1 : 0) })}
          </span>
        </li>
      ))}
    </ul>
  );
}
