import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAwaited } from "@/api/approval";
import { answered, client } from "@/api/client";
import { modelChangeQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Awaits } from "@/kit/Awaits";
import { Card } from "@/kit/Card";
import { Facts } from "@/kit/Facts";
import { Loaded } from "@/kit/Loaded";
import layout from "@/kit/layout.module.css";
import { useMay } from "@/session/session";
import { ROUTES, type Step, stepsOf } from "./steps";

/** Which recogniser names people, and the way to another without enrolling anybody anew. */
export function ModelChange() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const queries = useQueryClient();
  const query = useQuery(modelChangeQuery);
  const awaited = useAwaited("model", "recogniser");
  const [asked, ask] = useState<Step | null>(null);
  const go = useMutation({
    mutationFn: (step: Step) => answered(client.POST(ROUTES[step])),
    onSuccess: async () => {
      ask(null);
      await queries.invalidateQueries({ queryKey: modelChangeQuery.queryKey });
      await queries.invalidateQueries({ queryKey: ["/approvals"] });
    },
  });
  return (
    <Card title={t("system.recogniser")}>
      <Loaded query={query} lines={3}>
        {(change) => (
          <div className={layout.form}>
            <Facts
              facts={[
                [t("system.model"), String(change.active_tag)],
                [t("system.phase"), t(`phase.${change.phase}`)],
                [t("system.phase_since"), format.when(change.since)],
                [t("system.candidate"), change.candidate_tag && String(change.candidate_tag)],
                [t("system.coverage"), change.coverage && format.percent(change.coverage.share, 1)],
                [t("system.agreement"), change.agreement?.rate != null && format.percent(change.agreement.rate, 2)],
                [t("system.visits"), change.agreement && format.number(change.agreement.visits)],
              ]}
            />
            {change.missing.length > 0 && (
              <ul className="small soft">
                {change.missing.map(({ code, detail }) => (
                  <li key={code}>{detail}</li>
                ))}
              </ul>
            )}
            {awaited && <Awaits approval={awaited} />}
            {!awaited && may("models.manage") && change.offered_tags.length > 1 && (
              <div className={layout.actions}>
                {stepsOf(change).map((step) => (
                  <Button key={step} variant="default" size="xs" onClick={() => ask(step)}>
                    {t(`model_change.${step}`)}
                  </Button>
                ))}
              </div>
            )}
          </div>
        )}
      </Loaded>
      <Ask
        opened={asked !== null}
        title={t(`model_change.${asked ?? "start"}`)}
        action={t(`model_change.${asked ?? "start"}`)}
        grave={asked === "settle"}
        busy={go.isPending}
        error={go.error}
        onClose={() => {
          go.reset();
          ask(null);
        }}
        onDo={() => asked && go.mutate(asked)}
      >
        <p>{t(`model_change.${asked ?? "start"}_text`)}</p>
      </Ask>
    </Card>
  );
}
