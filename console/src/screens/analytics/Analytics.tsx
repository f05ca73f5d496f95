import { useTranslation } from "react-i18next";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import css from "./Analytics.module.css";
import { CameraTable } from "./CameraTable";
import { Figures } from "./Figures";
import { Funnel } from "./Funnel";
import { History } from "./History";
import { Settlement } from "./Settlement";
import { Similarity } from "./Similarity";
import { Stages } from "./Stages";
import { Throughput } from "./Throughput";
import { useMetrics } from "./useMetrics";

/** How the appliance does: now, since its start, and by business day. */
export function Analytics() {
  const { t } = useTranslation();
  const { query, kept } = useMetrics();
  return (
    <Page title={t("analytics.title")} lead={t("analytics.lead")}>
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
      <Settlement />
      <Card title={t("analytics.history")} note={t("analytics.history_text")}>
        <History />
      </Card>
    </Page>
  );
}
