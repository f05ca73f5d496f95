import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { receiptQuery } from "@/api/queries";
import { Loaded } from "@/kit/Loaded";
import { Done } from "@/pay/Done";
import { ReceiptView } from "@/pay/ReceiptView";
import css from "./Till.module.css";

interface Props {
  checkout: Wire<"Checkout">;
  onNew: () => void;
}

export function Paid({ checkout, onNew }: Props) {
  const { t } = useTranslation();
  const receipt = useQuery({
    ...receiptQuery(checkout.transaction_id ?? ""),
    enabled: Boolean(checkout.transaction_id),
  });
  return (
    <>
      <div className={css.centre} role="status">
        <Done />
        <p className={css.say}>{t("pay.paid")}</p>
      </div>
      {checkout.transaction_id && (
        <Loaded query={receipt}>{(receipt) => <ReceiptView receipt={receipt} />}</Loaded>
      )}
      <Button size="lg" onClick={onNew} data-autofocus>
        {t("checkout.next")}
      </Button>
    </>
  );
}
