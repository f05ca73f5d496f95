import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Plot } from "@/kit/Plot";
import css from "../Analytics.module.css";
import { Bars } from "../Bars";
import { useDurations } from "../useDurations";
import type { Span } from "../search";
import { spanQuery } from "./query";

const PERCENTILES = ["p50_ms", "p95_ms", "p99_ms"] as const;

/** How long it takes from the first look to the money, and where the time goes. */
export function Latency({ span, camera }: { span: Span; camera: string | undefined }) {
  const { t } = useTranslation();
  const query = useQuery(spanQuery("latency", span, camera));
  return (
    <>
      <Card title={t("analytics.look_to_paid")} note={t("analytics.look_to_paid_text")} className={css.wide}>
        <Loaded query={query} lines={5}>
          {(answer) => <OverTime answer={answer} />}
        </Loaded>
      </Card>
      <Card title={t("analytics.stages")} note={t("analytics.stages_span")} className={css.wide}>
        <Loaded query={query} lines={5}>
          {(answer) => <Stages answer={answer} />}
        </Loaded>
      </Card>
    </>
  );
}

function OverTime({ answer: { items } }: { answer: Wire<"AnalyticsLatency"> }) {
  const { t } = useTranslation();
  if (items.every(({ count }) => count === 0)) return <p className="soft">{t("analytics.nothing_yet")}</p>;
  return (
    <Plot
      name={t("analytics.look_to_paid")}
      x={items.map(({ at }) => Date.parse(at) / 1000)}
      lines={PERCENTILES.map((name) => ({ name: name.replace("_ms", ""), values: items.map((item) => item[name] ?? null) }))}
      isTime
      unit="ms"
    />
  );
}

function Stages({ answer: { stages } }: { answer: Wire<"AnalyticsLatency"> }) {
  const { t } = useTranslation();
  const durations = useDurations();
  const bars = stages.flatMap(({ stage, p50_ms, p95_ms }) =>
    p50_ms == null || p95_ms == null ? [] : [durations(stage, p50_ms, p95_ms)],
  );
  return bars.length > 0 ? <Bars bars={bars} /> : <p className="soft">{t("analytics.nothing_yet")}</p>;
}
