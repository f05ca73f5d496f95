import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { minorDigits, useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { saveCsv } from "@/kit/save";
import { type Column, Table } from "@/kit/Table";
import css from "../Analytics.module.css";

/** Which branch and camera took what, and how it does. */
export function Places({ places }: { places: Wire<"CameraNumbers">[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ms = (value: number | null | undefined) => (value == null ? "–" : t("live.ms", { ms: format.number(value) }));
  const columns: Column<Wire<"CameraNumbers">>[] = [
    { name: t("pay.camera"), cell: ({ camera }) => camera ?? "–" },
    { name: t("transactions.branch"), wide: true, cell: ({ branch }) => branch },
    { name: t("analytics.paid"), end: true, cell: ({ payments }) => format.number(payments.captured) },
    { name: t("analytics.declined"), end: true, wide: true, cell: ({ payments }) => format.number(payments.declined) },
    {
      name: t("analytics.taken"),
      end: true,
      cell: ({ amounts }) => amounts.map(({ captured }) => format.money(captured)).join(" · ") || "–",
    },
    { name: t("analytics.looks"), end: true, wide: true, cell: ({ looks }) => format.number(looks.total) },
    { name: t("analytics.paid_p95"), end: true, wide: true, cell: ({ look_to_paid }) => ms(look_to_paid.p95_ms) },
  ];
  const exported = () =>
    saveCsv("cameras.csv", [
      ["branch", "camera", "opened", "captured", "declined", "looks", "p95_ms", "currency", "taken"],
      ...places.flatMap(({ branch, camera, payments, looks, look_to_paid, amounts }) => {
        const row = [branch, camera, payments.opened, payments.captured, payments.declined, looks.total, look_to_paid.p95_ms];
        if (amounts.length === 0) return [row];
        return amounts.map(({ currency, captured }) => [...row, currency, captured.amount / 10 ** minorDigits(currency)]);
      }),
    ]);
  return (
    <Card
      title={t("analytics.places")}
      className={css.wide}
      flush
      actions={
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={16} stroke={1.6} aria-hidden />}
          disabled={places.length === 0}
          onClick={exported}
        >
          {t("common.csv")}
        </Button>
      }
    >
      <Table label={t("analytics.places")} columns={columns} rows={places} id={({ branch, camera }) => `${branch} ${camera}`} />
    </Card>
  );
}
