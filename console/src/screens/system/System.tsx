import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readinessQuery, statusQuery } from "@/api/queries";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { useFormat } from "@/i18n/format";
import { ModelChange } from "./ModelChange";

/** What the appliance runs on and whether all of it is well. */
export function System() {
  const { t } = useTranslation();
  const format = useFormat();
  const readiness = useQuery(readinessQuery);
  const status = useQuery(statusQuery);
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
        <Card title={t("system.checks")}>
          <Loaded query={readiness} lines={7}>
            {({ checks = [] }) =>
              checks.map((check) => (
                <div key={check.name} className={layout.line}>
                  <div>
                    <p>{t(`check.${check.name}`, { defaultValue: check.name })}</p>
                    <p className="small soft">{check.detail}</p>
                  </div>
                  <Badge tone={check.ok ? "good" : "bad"}>{t(check.ok ? "system.ok" : "system.fails")}</Badge>
                </div>
              ))
            }
          </Loaded>
        </Card>
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
          <ModelChange />
        </div>
      </div>
    </Page>
  );
}
