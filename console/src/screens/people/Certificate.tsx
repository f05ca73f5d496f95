import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconDownload } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";
import { Page } from "@/kit/Page";
import { saveJson } from "@/kit/save";
import { verifySigned } from "@/pay/verify";

/** The proof that somebody was erased. It is shown once: nothing about them is kept to show it again. */
export function Certificate({ certificate }: { certificate: Wire<"ErasureCertificate"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { statement, signature, key } = certificate;
  const verdict = useQuery({
    queryKey: ["certificate", signature],
    queryFn: () => verifySigned({ text: statement, signature, key }),
  });
  const holds = verdict.data === "holds";
  return (
    <Page title={t("people.erased")} lead={t("people.erased_text")}>
      <Card>
        <div className={layout.stack}>
          <div role="status">
            {verdict.data && <Badge tone={holds ? "good" : "warn"}>{t(`receipt.${verdict.data}`)}</Badge>}
          </div>
          <Facts
            facts={[
              [t("people.id"), <Copied key="id" text={certificate.user_id} />],
              [t("people.erased_at"), format.when(certificate.erased_at)],
              [t("people.method"), certificate.method],
              [t("people.templates"), format.number(certificate.templates)],
              [t("receipt.signature"), <Copied key="signature" text={signature} short={16} />],
            ]}
          />
          <div className={layout.actions}>
            <Button
              leftSection={<IconDownload size={18} stroke={1.6} aria-hidden />}
              onClick={() => saveJson(`erasure-${certificate.user_id}.json`, certificate)}
            >
              {t("common.save_file")}
            </Button>
            <Button component={Link} to="/console/people" variant="default">
              {t("nav.people")}
            </Button>
          </div>
        </div>
      </Card>
    </Page>
  );
}
