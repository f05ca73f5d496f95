import { useTranslation } from "react-i18next";
import { useNow } from "@/kit/useNow";
import css from "./Countdown.module.css";

interface Props {
  from: string;
  until: string;
}

/** How much time is left, as a line that gets shorter and as seconds. */
export function Countdown({ from, until }: Props) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const whole = Date.parse(until) - Date.parse(from);
  const left = Math.max(0, Date.parse(until) - now);
  return (
    <div className={css.countdown} data-short={left < 10_000}>
      <progress className={css.line} max={whole} value={left} aria-label={t("pay.time_left")} />
      <span className="number small">{t("pay.seconds", { count: Math.ceil(left / 1000) })}</span>
    </div>
  );
}
