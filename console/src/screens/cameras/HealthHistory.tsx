import { useTranslation } from "react-i18next";
import css from "./Cameras.module.css";
import type { Health } from "./useHealthHistory";

/** Pictures a second as a line, and below it when the camera was live. */
export function HealthHistory({ history }: { history: Health[] }) {
  const { t } = useTranslation();
  const most = Math.max(1, ...history.map(({ fps }) => fps));
  const step = 100 / Math.max(1, history.length - 1);
  const points = history.map(({ fps }, place) => `${place * step},${34 - (fps / most) * 32}`).join(" ");
  const live = history.filter(({ live }) => live).length;
  return (
    <div role="img" aria-label={t("cameras.history", { live, all: history.length })}>
      <svg className={css.history} viewBox="0 0 100 36" preserveAspectRatio="none" aria-hidden>
        <polyline points={points} />
      </svg>
      <div className={css.strip}>
        {history.map(({ live }, place) => (
          <i key={place} data-live={live} />
        ))}
      </div>
    </div>
  );
}
