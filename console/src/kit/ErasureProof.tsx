import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { verifySigned } from "@/pay/verify";
import { Badge } from "./Badge";
import { Copied } from "./Copied";
import { Facts } from "./Facts";

interface Props {
  certificate: Wire<"ErasureCertificate">;
  /** For the person themselves: when first, and no word about how. */
  brief?: boolean;
}

type Fact = [string, ReactNode];

/** What proves that somebody was erased, and whether its signature holds: found out here, not told by the appliance. */
export function ErasureProof({ certificate, brief }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { statement, signature, key, user_id } = certificate;
  const verdict = useQuery({
    queryKey: ["certificate", signature],
    queryFn: () => verifySigned({ text: statement, signature, key }),
  });
  const id: Fact = [t("people.id"), <Copied key="id" text={user_id} {...(brief && { short: 12 })} />];
  const at: Fact = [t("people.erased_at"), format.when(certificate.erased_at)];
  const templates: Fact = [t("people.templates"), format.number(certificate.templates)];
  const signed: Fact = [
    t("receipt.signature"),
    <Copied key="signature" text={signature} short={brief ? 12 : 16} />,
  ];
  return (
    <>
      <div role="status">
        {verdict.data && <Badge tone={verdict.data === "holds" ? "good" : "warn"}>{t(`receipt.${verdict.data}`)}</Badge>}
      </div>
      <Facts
        facts={brief ? [at, templates, id, signed] : [id, at, [t("people.method"), certificate.method], templates, signed]}
      />
    </>
  );
}
