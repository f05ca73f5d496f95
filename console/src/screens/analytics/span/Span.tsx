import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import css from "../Analytics.module.css";
import { Bars } from "../Bars";
import type { Span as Days } from "../search";
import { Latency } from "./Latency";
import { Payments } from "./Payments";
import { Places } from "./Places";
import { Quality } from "./Quality";
import { spanQuery } from "./query";
import { SpanFigures } from "./SpanFigures";

interface Props {
  span: Days;
  camera: string | undefined;
}

/** How it went over days: payments, times, and how sure the appliance was. */
export function Span({ span, camera }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(spanQuery("summary", span, camera));
  const counted = (items: Wire<"ReasonCount">[]) =>
    items.map(({ reason, count }) => ({
      id: reason,
      name: t(`reason.${reason}`, { defaultValue: reason }),
      value: count,
      text: format.number(count),
    }));
  return (
    <Loaded query={query} lines={10}>
      {(summary) => (
        <div className={css.layout}>
          <SpanFigures summary={summary} />
          <Payments span={span} camera={camera} />
          <Card title={t("analytics.funnel")} note={t("analytics.funnel_text")}>
            <Bars
              bars={summary.funnel.map(({ step, count }) => ({
                id: step,
                name: t(`analytics.step_${step}`, { defaultValue: step }),
                value: count,
                text: format.number(count),
              }))}
            />
          </Card>
          <Card title={t("analytics.reasons")} note={t("analytics.reasons_text")}>
            <div className={css.reasons}>
              <section>
                <h3>{t("analytics.refusals")}</h3>
                {summary.refusals.length > 0 ? <Bars bars={counted(summary.refusals)} /> : <p className="soft">{t("analytics.no_reason")}</p>}
              </section>
              <section>
                <h3>{t("analytics.step_ups")}</h3>
                {summary.reasons.length > 0 ? (
                  <Bars bars={counted(summary.reasons)} />
                ) : (
                  <p className="soft">{t("analytics.no_reason")}</p>
                )}
              </section>
            </div>
          </Card>
          <Latency span={span} camera={camera} />
          <Quality span={span} camera={camera} />
          <Places places={summary.cameras} />
        </div>
      )}
    </Loaded>
  );
}
