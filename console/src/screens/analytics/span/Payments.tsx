import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Plot } from "@/kit/Plot";
import css from "../Analytics.module.css";
import type { Span } from "../search";
import { spanQuery } from "./query";

const SHOWN = { captured: "good", declined: "bad", expired: "warn", cancelled: "ink-soft" } as const;
const OUTCOMES = Object.keys(SHOWN) as (keyof typeof SHOWN)[];

/** What became of payments, hour by hour or day by day. */
export function Payments({ span, camera }: { span: Span; camera: string | undefined }) {
  const { t } = useTranslation();
  const query = useQuery(spanQuery("payments", span, camera));
  return (
    <Card title={t("analytics.history_payments")} note={t(`analytics.by_${query.data?.bucket ?? "hour"}`)} className={css.wide}>
      <Loaded query={query} lines={5}>
        {(answer) => <Outcome answer={answer} />}
      </Loaded>
    </Card>
  );
}

function Outcome({ answer: { items } }: { answer: Wire<"AnalyticsPayments"> }) {
  const { t } = useTranslation();
  const x = useMemo(() => items.map(({ at }) => Date.parse(at) / 1000), [items]);
  const lines = OUTCOMES.map((outcome) => ({
    name: t(`state.${outcome}`),
    tone: SHOWN[outcome],
    values: items.map(({ payments }) => payments[outcome]),
  }));
  return <Plot name={t("analytics.history_payments")} x={x} lines={lines} isTime />;
}
