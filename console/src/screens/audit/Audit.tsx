import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { readinessQuery } from "@/api/queries";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { save } from "@/kit/save";
import { Trouble } from "@/kit/Trouble";
import { useFormat } from "@/i18n/format";
import { checkpoints, exported } from "./everything";
import { Records } from "./Records";
import { Verify } from "./Verify";

/** Everything that was changed, by whom; and the proof that nobody changed what is written here. */
export function Audit() {
  const { t } = useTranslation();
  const format = useFormat();
  const signed = useQuery({ queryKey: ["/audit", "checkpoints"], queryFn: checkpoints });
  const readiness = useQuery(readinessQuery);
  const chain = readiness.data?.checks?.find(({ name }) => name === "audit");
  const keep = useMutation({
    mutationFn: exported,
    onSuccess: (chain) => save(`audit-${new Date().toISOString().slice(0, 10)}.jsonl`, chain),
  });
  const newest = signed.data?.all.at(-1);
  return (
    <Page
      title={t("audit.title")}
      lead={t("audit.lead")}
      actions={
        <Button
          variant="default"
          leftSection={<IconDownload size={18} stroke={1.6} aria-hidden />}
          loading={keep.isPending}
          onClick={() => keep.mutate()}
        >
          {t("audit.export")}
        </Button>
      }
    >
      <Trouble error={keep.error} />
      <div className={layout.columns}>
        <Card title={t("audit.verify_title")} note={t("audit.verify_text")}>
          <Verify />
        </Card>
        <Card title={t("audit.checkpoints")} actions={chain && <Badge tone={chain.ok ? "good" : "bad"}>{t(chain.ok ? "audit.whole" : "audit.broken")}</Badge>}>
          <Loaded query={signed} lines={3}>
            {({ key, all }) => (
              <Facts
                facts={[
                  [t("audit.count"), format.number(all.length)],
                  [t("audit.newest"), newest ? format.when(new Date(newest.at_micros / 1000).toISOString()) : "–"],
                  [t("audit.covers"), newest ? t("audit.up_to", { seq: format.number(newest.last_seq) }) : "–"],
                  [t("audit.key"), <Copied key="key" text={key} short={16} />],
                ]}
              />
            )}
          </Loaded>
        </Card>
      </div>
      <Records />
    </Page>
  );
}
