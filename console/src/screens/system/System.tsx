import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readinessQuery, statusQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Backups } from "./Backups";
import { Checks } from "./Checks";
import { Fellows } from "./Fellows";
import { ModelChange } from "./ModelChange";
import { Models } from "./Models";
import { systemQuery } from "./query";
import { Readiness } from "./Readiness";
import { Room } from "./Room";

/** What the appliance runs on and whether all of it is well. */
export function System() {
  const { t } = useTranslation();
  const format = useFormat();
  const readiness = useQuery(readinessQuery);
  const status = useQuery(statusQuery);
  const system = useQuery(systemQuery);
  const yes = (there: boolean) => t(there ? "access.yes" : "access.no");
  return (
    <Page
      title={t("system.title")}
      lead={t("system.lead")}
      actions={
        readiness.data && (
          <Badge tone={readiness.data.ready ? "good" : "bad"}>
            {t(readiness.data.ready ? "system.ready" : "system.not_ready")}
          </Badge>
        )
      }
    >
      <div className={layout.columns}>
        <div className={layout.stack}>
          <Readiness readiness={readiness} />
          <Checks />
          {system.data && <Models models={system.data.models} />}
        </div>
        <div className={layout.stack}>
          <Card title={t("system.device")} note={t("system.device_text")}>
            <Loaded query={readiness} lines={4}>
              {({ compute, decoders = [] }) => (
                <Facts
                  facts={[
                    [t("system.kind"), compute && (compute.kind === "cpu" ? t("system.cpu") : t("system.gpu"))],
                    [t("system.adapter"), compute?.adapter],
                    [t("system.backend"), compute && [compute.backend, compute.driver].filter(Boolean).join(", ")],
                    [t("system.threads"), compute && format.number(compute.threads)],
                    [t("system.why"), compute?.why],
                    [t("system.decoders"), decoders.join(", ")],
                  ]}
                />
              )}
            </Loaded>
          </Card>
          <Card title={t("system.build")}>
            <Loaded query={status} lines={4}>
              {({ version, features }) => (
                <Facts
                  facts={[
                    [t("system.version"), version],
                    [t("transactions.branch"), system.data?.branch],
                    [t("system.started"), system.data && format.when(system.data.started_at)],
                    [t("system.database"), features.database],
                    [t("system.cache"), features.cache],
                    [t("system.recognition"), yes(features.recognition)],
                    [t("system.payments"), yes(features.payments)],
                    [t("system.unsigned"), yes(features.unsigned_plugins)],
                  ]}
                />
              )}
            </Loaded>
          </Card>
          {system.data && <Room system={system.data} />}
          <Backups />
          <Fellows />
          <ModelChange />
        </div>
      </div>
    </Page>
  );
}
