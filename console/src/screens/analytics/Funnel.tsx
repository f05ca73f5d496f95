import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import { Bars } from "./Bars";
import { type Sample, total } from "./metrics";

const STATES = ["requires_step_up", "requires_confirmation", "captured", "refunded", "declined", "expired", "cancelled", "in_doubt"];

/** How many payments came to each state; a payment is counted once in each that it enters. */
export function Funnel({ samples }: { samples: Sample[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const bars = STATES.map((state) => {
    const value = total(samples, "facepay_transactions_total", { state });
    return { id: state, name: t(`state.${state}`), value, text: format.number(value) };
  });
  return <Bars bars={bars} />;
}
