import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { minorDigits, useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { saveCsv } from "@/kit/save";
import { StateBadge } from "@/kit/StateBadge";
import { type Column, Table } from "@/kit/Table";
import css from "./Analytics.module.css";

interface Row extends Wire<"SettlementTotals"> {
  provider: string;
  state: string;
  breaks: number;
}

/** A business day by provider and currency. */
export function Settlement() {
  const { t } = useTranslation();
  const format = useFormat();
  const [date, setDate] = useState(() => new Date().toISOString().slice(0, 10));
  const query = useQuery({
    queryKey: ["/reports/settlement", date],
    // Asked for as JSON, it is no CSV.
    queryFn: async () =>
      (await answered(client.GET("/reports/settlement", { params: { query: { date } } }))) as Wire<"SettlementReport">,
    enabled: date !== "",
    retry: false,
  });
  const rows: Row[] = (query.data?.providers ?? []).flatMap((day) =>
    day.ours.map((totals) => ({ ...totals, provider: day.provider, state: day.state, breaks: day.breaks_left })),
  );
  const money = (amount: number, { currency }: Row) => format.money({ amount, currency });
  const columns: Column<Row>[] = [
    { name: t("transactions.provider"), cell: (row) => row.provider },
    { name: t("transactions.state"), cell: (row) => <StateBadge state={row.state} /> },
    { name: t("settlement.sales"), end: true, cell: (row) => format.number(row.sale_count) },
    { name: t("settlement.gross"), end: true, wide: true, cell: (row) => money(row.gross, row) },
    { name: t("settlement.refunds"), end: true, wide: true, cell: (row) => money(row.refunds, row) },
    { name: t("settlement.fees"), end: true, wide: true, cell: (row) => money(row.fees, row) },
    { name: t("settlement.net"), end: true, cell: (row) => money(row.net, row) },
  ];
  const exported = () =>
    saveCsv(`settlement-${date}.csv`, [
      ["provider", "state", "currency", "sales", "gross", "refunds", "fees", "net"],
      ...rows.map((row) => {
        const scale = 10 ** minorDigits(row.currency);
        const sums = [row.gross, row.refunds, row.fees, row.net].map((sum) => sum / scale);
        return [row.provider, row.state, row.currency, row.sale_count, ...sums];
      }),
    ]);
  return (
    <Card
      title={t("settlement.title")}
      flush
      actions={
        <div className={css.tools}>
          <TextInput
            type="date"
            aria-label={t("settlement.day")}
            value={date}
            onChange={(change) => setDate(change.currentTarget.value)}
          />
          <Button
            variant="default"
            leftSection={<IconDownload size={18} stroke={1.6} aria-hidden />}
            disabled={rows.length === 0}
            onClick={exported}
          >
            {t("common.csv")}
          </Button>
        </div>
      }
    >
      <Loaded query={query} lines={2}>
        {() =>
          rows.length === 0 ? (
            <p className={`soft ${css.nothing}`}>{t("transactions.none")}</p>
          ) : (
            <Table
              label={t("settlement.title")}
              columns={columns}
              rows={rows}
              id={(row) => `${row.provider} ${row.currency}`}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
