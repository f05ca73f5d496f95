import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import css from "./Analytics.module.css";
import { type Sample, total } from "./metrics";

const STATES = ["requires_step_up", "requires_confirmation", "captured", "refunded", "declined", "expired", "cancelled", "in_doubt"];

/** How many payments came to each state; a payment is counted once in each that it enters. */
export function Funnel({ samples }: { samples: Sample[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const steps = STATES.map((state) => ({ state, count: total(samples, "facepay_transactions_total", { state }) }));
  const most = Math.max(1, ...steps.map((step) => step.count));
  return (
    <ul className={css.bars}>
      {steps.map(({ state, count }) => (
        <li key={state}>
          <span>{t(`state.${state}`)}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
            <rect width="100" height="10" className={css.back} />
            <rect width={(count / most) * 100} height="10" className={css.full} />
          </svg>
          <span>{format.number(count)}</span>
        </li>
      ))}
    </ul>
  );
}
