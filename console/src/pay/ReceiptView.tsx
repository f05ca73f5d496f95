import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconDownload, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import { Copied } from "@/kit/Copied";
import { Facts } from "@/kit/Facts";
import { saveJson } from "@/kit/save";
import css from "./ReceiptView.module.css";
import { verifyReceipt, type Verdict } from "./verify";

const TONES = { holds: "good", broken: "bad", other_key: "bad", unsupported: "warn" } as const;

/** A receipt to read and to verify in this browser. */
export function ReceiptView({ receipt }: { receipt: Wire<"Receipt"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  // Who may not read the audit chain verifies against the key that the receipt names.
  const key = useQuery({
    queryKey: ["/audit", "key"],
    queryFn: async () => (await answered(client.GET("/audit/checkpoints", { params: { query: { limit: 1 } } }))).key,
    retry: false,
  });
  const verify = useMutation<Verdict>({ mutationFn: () => verifyReceipt(receipt, key.data) });
  return (
    <article className={css.receipt}>
      <p className={css.amount}>{format.money(receipt.amount)}</p>
      <Facts
        facts={[
          [t("receipt.paid_at"), format.when(receipt.paid_at)],
          [t("receipt.reference"), receipt.reference],
          [t("receipt.refunded"), receipt.refunded.amount > 0 ? format.money(receipt.refunded) : null],
          [t("receipt.payment"), <Copied key="id" text={receipt.transaction_id} short={12} />],
          [t("receipt.signature"), <Copied key="signature" text={receipt.signature} short={12} />],
        ]}
      />
      <div className={css.verdict} role="status">
        {verify.data && <Badge tone={TONES[verify.data]}>{t(`receipt.${verify.data}`)}</Badge>}
      </div>
      <div className={css.actions}>
        <Button
          variant="default"
          leftSection={<IconShieldCheck size={18} stroke={1.6} aria-hidden />}
          loading={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {t("receipt.verify")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload size={18} stroke={1.6} aria-hidden />}
          onClick={() => saveJson(`receipt-${receipt.transaction_id}.json`, receipt)}
        >
          {t("common.save_file")}
        </Button>
      </div>
    </article>
  );
}
