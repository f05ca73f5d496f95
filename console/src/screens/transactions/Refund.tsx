import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { waits } from "@/api/approval";
import { afterFailure, answered, client, idempotencyKey, once, type Wire } from "@/api/client";
import { minorDigits, parseAmount, useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Badge } from "@/kit/Badge";

/** Gives money back, all or a part; large sums wait for a second person. */
export function Refund({ payment }: { payment: Wire<"Transaction"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const { currency } = payment.amount;
  const left = payment.captured.amount - payment.refunded.amount;
  const digits = minorDigits(currency);
  const [text, setText] = useState((left / 10 ** digits).toFixed(digits));
  const amount = parseAmount(text, currency);
  const isRight = amount !== null && amount <= left;
  const key = useRef(idempotencyKey());
  const refund = useMutation({
    mutationFn: (amount: number) =>
      answered(
        client.POST("/transactions/{id}/refunds", {
          params: { path: { id: payment.id }, header: once(key.current) },
          body: { amount: { amount, currency } },
        }),
      ),
    onSuccess: () => {
      key.current = idempotencyKey();
      close();
      void queries.invalidateQueries({ queryKey: ["/transactions"] });
      void queries.invalidateQueries({ queryKey: ["/receipts"] });
    },
    onError: (error) => void (key.current = afterFailure(key.current, error)),
  });
  const awaits = waits(refund.data);
  return (
    <div>
      <Button variant="default" onClick={open}>
        {t("transactions.refund")}
      </Button>
      <span role="status"> {awaits && <Badge tone="warn">{t("transactions.refund_waits")}</Badge>}</span>
      <Ask
        opened={opened}
        title={t("transactions.refund_title")}
        action={
          isRight
            ? t("transactions.refund_amount", { amount: format.money({ amount, currency }) })
            : t("transactions.refund")
        }
        busy={refund.isPending}
        disabled={!isRight}
        error={refund.error}
        onClose={close}
        onDo={() => isRight && refund.mutate(amount)}
      >
        <TextInput
          label={t("people.fund_amount", { currency })}
          description={t("transactions.refund_left", { amount: format.money({ amount: left, currency }) })}
          inputMode="decimal"
          value={text}
          error={text !== "" && !isRight ? t("transactions.refund_wrong") : null}
          onChange={(change) => setText(change.currentTarget.value)}
          data-autofocus
        />
      </Ask>
    </div>
  );
}
