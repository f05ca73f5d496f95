import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answered, client, once, type Wire } from "@/api/client";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { Trouble } from "@/kit/Trouble";
import { useMay } from "@/session/session";
import { Refund } from "./Refund";

const REFUNDABLE = new Set(["captured", "partially_refunded"]);

/** What can still be done about a payment in its state. */
export function Acts({ payment }: { payment: Wire<"Transaction"> }) {
  const { t } = useTranslation();
  const may = useMay();
  const queries = useQueryClient();
  const params = () => ({ path: { id: payment.id }, header: once() });
  const onSuccess = () => queries.invalidateQueries({ queryKey: ["/transactions"] });
  const release = useMutation({
    mutationFn: () => answered(client.POST("/transactions/{id}/void", { params: params(), body: {} })),
    onSuccess,
  });
  const capture = useMutation({
    mutationFn: () => answered(client.POST("/transactions/{id}/capture", { params: params(), body: {} })),
    onSuccess,
  });
  const sync = useMutation({
    mutationFn: () => answered(client.POST("/transactions/{id}/sync", { params: params(), body: {} })),
    onSuccess,
  });
  const isAuthorized = payment.state === "authorized";
  const isInDoubt = payment.state === "in_doubt";
  if (!may("payments.return") || !(REFUNDABLE.has(payment.state) || isAuthorized || isInDoubt)) return null;
  return (
    <Card title={t("transactions.acts")}>
      <div className={layout.stack}>
        {REFUNDABLE.has(payment.state) && <Refund payment={payment} />}
        {isAuthorized && (
          <div className={layout.actions}>
            <Button loading={capture.isPending} onClick={() => capture.mutate()}>
              {t("transactions.capture")}
            </Button>
            <Button variant="default" loading={release.isPending} onClick={() => release.mutate()}>
              {t("transactions.void")}
            </Button>
          </div>
        )}
        {isInDoubt && (
          <Button variant="default" loading={sync.isPending} onClick={() => sync.mutate()}>
            {t("transactions.sync")}
          </Button>
        )}
        <Trouble error={capture.error ?? release.error ?? sync.error} />
      </div>
    </Card>
  );
}
