import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import { FigureRow } from "./FigureRow";
import { histogram, quantile, type Sample, total } from "./metrics";

export function Figures({ samples }: { samples: Sample[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const age = histogram(samples, "facepay_frame_age_seconds");
  const request = histogram(samples, "facepay_http_request_duration_seconds");
  const ms = (seconds: number | null) => (seconds === null ? "–" : t("live.ms", { ms: format.number(seconds * 1000) }));
  const figures: [string, string][] = [
    ["paid", format.number(total(samples, "facepay_transactions_total", { state: "captured" }))],
    ["declined", format.number(total(samples, "facepay_transactions_total", { state: "declined" }))],
    ["enrolled", format.number(total(samples, "facepay_enrolments_total", { result: "enrolled" }))],
    ["frame_age", ms(age && quantile(age, 0.95))],
    ["request", ms(request && quantile(request, 0.95))],
    ["clients", format.number(total(samples, "facepay_ws_clients"))],
  ];
  return <FigureRow figures={figures} />;
}
