import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";

/** Every part that has to be well before money is taken. */
export function Readiness({ readiness }: { readiness: UseQueryResult<Wire<"Readiness">> }) {
  const { t } = useTranslation();
  return (
    <Card title={t("system.readiness")}>
      <Loaded query={readiness} lines={7}>
        {({ checks = [] }) =>
          checks.map((check) => (
            <div key={check.name} className={layout.line}>
              <div>
                <p>{t(`check.${check.name}`, { defaultValue: check.name })}</p>
                <p className="small soft">
                  <bdi>{check.detail}</bdi>
                </p>
              </div>
              <Badge tone={check.ok ? "good" : "bad"}>{t(check.ok ? "system.ok" : "system.fails")}</Badge>
            </div>
          ))
        }
      </Loaded>
    </Card>
  );
}
