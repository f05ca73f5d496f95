import { useQuery } from "@tanstack/react-query";
import { IconUserCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { listQuery } from "@/api/queries";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Page } from "@/kit/Page";
import { Certificate } from "@/screens/people/Certificate";
import { useMay } from "@/session/session";
import { ApprovalRow } from "./ApprovalRow";
import { EnrolmentRow } from "./EnrolmentRow";

/** What waits for a second person. */
export function Reviews() {
  const { t } = useTranslation();
  const may = useMay();
  const approvals = useQuery(listQuery("/approvals"));
  const enrolments = useQuery({
    ...listQuery("/enrolments", { query: { state: "review" } }),
    enabled: may("enrolments.review"),
  });
  const [certificate, setCertificate] = useState<Wire<"ErasureCertificate"> | null>(null);
  if (certificate) return <Certificate certificate={certificate} />;
  return (
    <Page title={t("reviews.title")} lead={t("reviews.lead")}>
      <Card title={t("reviews.money")}>
        <Loaded query={approvals} lines={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Notice icon={IconUserCheck} title={t("reviews.none")} />
            ) : (
              items.map((approval) => <ApprovalRow key={approval.id} approval={approval} onErased={setCertificate} />)
            )
          }
        </Loaded>
      </Card>
      {may("enrolments.review") && (
        <Card title={t("reviews.faces")} note={t("reviews.faces_text")}>
          <Loaded query={enrolments} lines={3}>
            {({ items }) =>
              items.length === 0 ? (
                <Notice icon={IconUserCheck} title={t("reviews.none")} />
              ) : (
                items.map((enrolment) => <EnrolmentRow key={enrolment.id} enrolment={enrolment} />)
              )
            }
          </Loaded>
        </Card>
      )}
    </Page>
  );
}
