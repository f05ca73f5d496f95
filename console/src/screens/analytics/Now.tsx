import { useTranslation } from "react-i18next";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import css from "./Analytics.module.css";
import { CameraTable } from "./CameraTable";
import { Figures } from "./Figures";
import { Funnel } from "./Funnel";
import { Similarity } from "./Similarity";
import { Stages } from "./Stages";
import { Throughput } from "./Throughput";
import { useMetrics } from "./useMetrics";

/** What the appliance counts itself: this moment, and since its start. */
export function Now() {
  const { t } = useTranslation();
  const { query, kept } = useMetrics();
  return (
    <Loaded query={query} lines={10}>
      {({ samples }) => (
        <div className={css.layout}>
          <Figures samples={samples} />
          <Card title={t("analytics.throughput")} note={t("analytics.throughput_text")} className={css.wide}>
            <Throughput kept={kept} />
          </Card>
          <Card title={t("analytics.stages")} note={t("analytics.stages_text")}>
            <Stages samples={samples} />
          </Card>
          <Card title={t("analytics.funnel")} note={t("analytics.since_start")}>
            <Funnel samples={samples} />
          </Card>
          <Card title={t("analytics.similarity")} note={t("analytics.similarity_text")} className={css.wide}>
            <Similarity samples={samples} />
          </Card>
          <Card title={t("analytics.cameras")} note={t("analytics.since_start")} className={css.wide} flush>
            <CameraTable samples={samples} />
          </Card>
        </div>
      )}
    </Loaded>
  );
}
