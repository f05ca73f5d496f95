import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import css from "./Meters.module.css";
import { readings } from "./meter";

interface Props {
  faults: Wire<"QualityFault">[];
  reasons: string[];
  active: boolean;
}

/** Size, pose, sharpness, light and liveness of the newest picture. */
export function Meters({ faults, reasons, active }: Props) {
  const { t } = useTranslation();
  // Without a face there is nothing to measure.
  const faceless = reasons.includes("no_face") || reasons.includes("several_faces");
  return (
    <dl className={css.meters}>
      {readings(faults, reasons).map(({ meter, share, good }) => {
        const on = active && !faceless;
        const value = on ? (share ?? 0.25) : 0;
        return (
          <div key={meter} data-good={on && good}>
            <dt>{t(`meter.${meter}`)}</dt>
            <dd>
              <meter className="hidden" min={0} max={1} value={value} aria-label={t(`meter.${meter}`)} />
              <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
                <rect width="100" height="6" className={css.back} />
                <rect width={value * 100} height="6" className={css.fill} />
              </svg>
              <span>{on ? t(good ? "meter.good" : "meter.not_yet") : "–"}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
