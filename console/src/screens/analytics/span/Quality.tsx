import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Plot } from "@/kit/Plot";
import css from "../Analytics.module.css";
import type { Span } from "../search";
import { spanQuery } from "./query";

const RATES = ["step_up_rate", "declined_rate", "low_margin_rate"] as const;

/** How sure the appliance was: drift shows here before anybody complains. */
export function Quality({ span, camera }: { span: Span; camera: string | undefined }) {
  const { t } = useTranslation();
  const query = useQuery(spanQuery("quality", span, camera));
  return (
    <>
      <Card title={t("analytics.drift")} note={t("analytics.drift_text")} className={css.wide}>
        <Loaded query={query} lines={5}>
          {(answer) => <Drift answer={answer} />}
        </Loaded>
      </Card>
      {query.data && (
        <>
          <Distribution name={t("analytics.similarity_known")} note={t("analytics.similarity_text")} of={query.data.similarity_known} />
          <Distribution name={t("analytics.similarity_unknown")} note={t("analytics.similarity_text")} of={query.data.similarity_unknown} />
          <Distribution name={t("analytics.margin")} note={t("analytics.margin_text")} of={query.data.margin} />
          {query.data.liveness.map(({ step, ...found }) => (
            <Distribution key={step} name={`${t("stage.liveness")}: ${step}`} note={t("analytics.liveness_text")} of={found} />
          ))}
        </>
      )}
    </>
  );
}

function Drift({ answer: { items } }: { answer: Wire<"AnalyticsQuality"> }) {
  const { t } = useTranslation();
  const percent = (share: number | null | undefined) => (share == null ? null : share * 100);
  if (items.every((item) => RATES.every((rate) => item[rate] == null))) return <p className="soft">{t("analytics.nothing_yet")}</p>;
  return (
    <Plot
      name={t("analytics.drift")}
      x={items.map(({ at }) => Date.parse(at) / 1000)}
      lines={RATES.map((rate) => ({ name: t(`analytics.${rate}`), values: items.map((item) => percent(item[rate])) }))}
      isTime
      unit="%"
    />
  );
}

function Distribution({ name, note, of }: { name: string; note: string; of: Wire<"Histogram"> }) {
  const { t } = useTranslation();
  return (
    <Card title={name} note={note}>
      {of.withheld || of.bins.length === 0 ? (
        <p className="soft">{t(of.withheld ? "analytics.withheld" : "analytics.nothing_yet")}</p>
      ) : (
        <Plot
          name={name}
          x={of.bins.map(({ to }) => to)}
          {...(of.bins[0] && { from: of.bins[0].from })}
          lines={[{ name: t("analytics.looks"), values: of.bins.map(({ count }) => count) }]}
          kind="bars"
        />
      )}
    </Card>
  );
}
