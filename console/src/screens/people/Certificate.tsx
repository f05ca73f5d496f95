import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Card } from "@/kit/Card";
import { ErasureProof } from "@/kit/ErasureProof";
import layout from "@/kit/layout.module.css";
import { Page } from "@/kit/Page";
import { saveJson } from "@/kit/save";

/** The proof that somebody was erased. It is shown once: nothing about them is kept to show it again. */
export function Certificate({ certificate }: { certificate: Wire<"ErasureCertificate"> }) {
  const { t } = useTranslation();
  return (
    <Page title={t("people.erased")} lead={t("people.erased_text")}>
      <Card>
        <div className={layout.stack}>
          <ErasureProof certificate={certificate} />
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
