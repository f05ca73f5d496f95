import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconArrowLeft, IconDownload, IconShare } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import { Facts } from "@/kit/Facts";
import { Loaded } from "@/kit/Loaded";
import { save } from "@/kit/save";
import { Trouble } from "@/kit/Trouble";
import { verifyReceipt } from "@/pay/verify";
import { Heading } from "./Heading";
import css from "./Me.module.css";
import { keyQuery, receiptQuery } from "./queries";
import receiptCss from "./Receipt.module.css";
import { canShare, jsonFile, share } from "./share";
import { signedOf } from "./signed";

const TONES = { holds: "good", broken: "bad", other_key: "bad", unsupported: "warn" } as const;

/** One receipt, verified by this browser as soon as it is looked at, to be handed on or saved. */
export function Receipt({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery(receiptQuery(id));
  return (
    <>
      <Link to="." search={{ view: "receipts" }} className={receiptCss.back}>
        <IconArrowLeft size={18} stroke={1.6} aria-hidden />
        {t("me.all_receipts")}
      </Link>
      <Heading title={t("receipt.title")} />
      <Loaded query={query}>{({ value }) => <Shown receipt={value} />}</Loaded>
    </>
  );
}

function Shown({ receipt }: { receipt: Wire<"Receipt"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const key = useQuery(keyQuery);
  const verdict = useQuery({
    queryKey: ["payer", "verdict", receipt.signature, receipt.receipt, key.data],
    queryFn: () => verifyReceipt(receipt, key.data ?? undefined),
    enabled: key.isSuccess,
  });
  const file = jsonFile(`receipt-${receipt.transaction_id}.json`, receipt);
  const hand = useMutation({ mutationFn: () => share(file, t("receipt.title")) });
  const { branch, terminal, by, factor } = signedOf(receipt.receipt);
  return (
    <Card>
      <div className={css.stack}>
        <div>
          <p className={receiptCss.amount}>{format.money(receipt.amount)}</p>
          <p className="soft number">{format.when(receipt.paid_at)}</p>
        </div>
        <div role="status">{verdict.data && <Badge tone={TONES[verdict.data]}>{t(`receipt.${verdict.data}`)}</Badge>}</div>
        <Facts
          facts={[
            [t("receipt.reference"), receipt.reference],
            [t("receipt.refunded"), receipt.refunded.amount > 0 ? format.money(receipt.refunded) : null],
            [t("me.where"), [branch, terminal].filter(Boolean).join(" · ")],
            [t("me.how"), by && t(`me.by_${by}`) + (factor ? ` + ${t("me.by_factor")}` : "")],
            [t("receipt.payment"), <Copied key="id" text={receipt.transaction_id} short={12} />],
            [t("receipt.signature"), <Copied key="signature" text={receipt.signature} short={12} />],
          ]}
        />
        <div className={css.actions}>
          {canShare(file) && (
            <Button
              size="md"
              leftSection={<IconShare size={18} stroke={1.6} aria-hidden />}
              loading={hand.isPending}
              onClick={() => hand.mutate()}
            >
              {t("me.share")}
            </Button>
          )}
          <Button
            size="md"
            variant="default"
            leftSection={<IconDownload size={18} stroke={1.6} aria-hidden />}
            onClick={() => save(file.name, file)}
          >
            {t("common.save_file")}
          </Button>
        </div>
        <Trouble error={hand.error} />
        <p className="small soft">{t("me.verified_text")}</p>
      </div>
    </Card>
  );
}
