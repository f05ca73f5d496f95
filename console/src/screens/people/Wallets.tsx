import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { afterFailure, answered, client, idempotencyKey, once, type Wire } from "@/api/client";
import { userQuery } from "@/api/queries";
import { parseAmount, useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Card } from "@/kit/Card";
import { usualCurrency } from "@/pay/currencies";
import { useMay } from "@/session/session";
import css from "./People.module.css";

export function Wallets({ person }: { person: Wire<"User"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [text, setText] = useState("");
  const key = useRef(idempotencyKey());
  const wallets = person.wallets ?? [];
  const currency = wallets[0]?.available.currency ?? usualCurrency();
  const amount = parseAmount(text, currency);
  const fund = useMutation({
    mutationFn: (amount: number) =>
      answered(
        client.POST("/users/{id}/credits", {
          params: { path: { id: person.id }, header: once(key.current) },
          body: { amount: { amount, currency } },
        }),
      ),
    onSuccess: async () => {
      key.current = idempotencyKey();
      setText("");
      close();
      await queries.invalidateQueries({ queryKey: userQuery(person.id).queryKey });
    },
    onError: (error) => void (key.current = afterFailure(key.current, error)),
  });
  return (
    <Card
      title={t("people.wallet")}
      actions={
        may("wallets.fund") && (
          <Button variant="default" size="xs" onClick={open}>
            {t("people.fund")}
          </Button>
        )
      }
    >
      {wallets.length === 0 && <p className="soft">{t("people.no_wallet")}</p>}
      {wallets.map((wallet) => (
        <div key={wallet.account_id}>
          <p className={css.big}>{format.money(wallet.available)}</p>
          {wallet.reserved.amount > 0 && (
            <p className="soft">{t("people.reserved", { amount: format.money(wallet.reserved) })}</p>
          )}
        </div>
      ))}
      <Ask
        opened={opened}
        title={t("people.fund_title", { name: person.name })}
        action={t("people.fund")}
        busy={fund.isPending}
        disabled={amount === null}
        error={fund.error}
        onClose={close}
        onDo={() => amount !== null && fund.mutate(amount)}
      >
        <TextInput
          label={t("people.fund_amount", { currency })}
          inputMode="decimal"
          value={text}
          onChange={(change) => setText(change.currentTarget.value)}
          data-autofocus
        />
      </Ask>
    </Card>
  );
}
