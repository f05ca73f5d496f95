import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { StateBadge } from "@/kit/StateBadge";
import { type Column, Table } from "@/kit/Table";
import css from "./Transactions.module.css";

type Payment = Wire<"Transaction">;

export function TransactionTable({ payments }: { payments: Payment[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<Payment>[] = [
    {
      name: t("transactions.amount"),
      cell: (payment) => (
        <Link to="/console/transactions/$id" params={{ id: payment.id }} className={css.link}>
          {format.money(payment.amount)}
        </Link>
      ),
    },
    { name: t("transactions.state"), cell: (payment) => <StateBadge state={payment.state} /> },
    { name: t("transactions.reference"), cell: (payment) => <bdi>{payment.reference ?? "–"}</bdi>, wide: true },
    { name: t("transactions.terminal"), cell: (payment) => payment.terminal ?? "–", wide: true },
    {
      name: t("transactions.when"),
      end: true,
      cell: (payment) => (
        <time dateTime={payment.created_at} title={format.when(payment.created_at)}>
          {format.ago(payment.created_at)}
        </time>
      ),
    },
  ];
  return <Table label={t("transactions.title")} columns={columns} rows={payments} id={(payment) => payment.id} />;
}
