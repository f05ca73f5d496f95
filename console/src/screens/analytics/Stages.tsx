import { useTranslation } from "react-i18next";
import { Bars } from "./Bars";
import { histogram, labelValues, quantile, type Sample } from "./metrics";
import { useDurations } from "./useDurations";

const NAME = "facepay_stage_duration_seconds";

/** How long each step takes: half of all within the full bar, 95 % within the pale one. */
export function Stages({ samples }: { samples: Sample[] }) {
  const { t } = useTranslation();
  const durations = useDurations();
  const bars = labelValues(samples, `${NAME}_count`, "stage").flatMap((stage) => {
    const found = histogram(samples, NAME, { stage });
    const p50 = found && quantile(found, 0.5);
    const p95 = found && quantile(found, 0.95);
    return p50 != null && p95 != null ? [durations(stage, p50 * 1000, p95 * 1000)] : [];
  });
  if (bars.length === 0) return <p className="soft">{t("analytics.nothing_yet")}</p>;
  return <Bars bars={bars} />;
}
