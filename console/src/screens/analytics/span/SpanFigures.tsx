import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { FigureRow } from "../FigureRow";

/** What it came to, in a few figures. */
export function SpanFigures({ summary }: { summary: Wire<"AnalyticsSummary"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { payments, amounts, looks, look_to_paid } = summary;
  const ms = (value: number | null | undefined) => (value == null ? "–" : t("live.ms", { ms: format.number(value) }));
  const share = (part: number, whole: number) => (whole === 0 ? "–" : format.percent(part / whole, 1));
  return (
    <FigureRow
      figures={[
        ["paid", format.number(payments.captured)],
        ["taken", amounts.map(({ captured }) => format.money(captured)).join(" · ") || "–"],
        ["paid_share", share(payments.captured, payments.opened - payments.waiting)],
        ["paid_p50", ms(look_to_paid.p50_ms)],
        ["paid_p95", ms(look_to_paid.p95_ms)],
        ["known_share", share(looks.known, looks.total)],
      ]}
    />
  );
}
