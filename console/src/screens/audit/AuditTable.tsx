import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Copied } from "@/kit/Copied";
import { type Column, Table } from "@/kit/Table";

export function AuditTable({ entries }: { entries: Wire<"AuditEntry">[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<Wire<"AuditEntry">>[] = [
    { name: t("audit.seq"), cell: (entry) => format.number(entry.seq) },
    { name: t("audit.action"), cell: (entry) => <code dir="ltr">{entry.action}</code> },
    { name: t("audit.actor"), wide: true, cell: ({ actor }) => <Actor actor={actor} /> },
    { name: t("audit.subject"), wide: true, cell: (entry) => <Copied text={entry.subject} short={10} /> },
    { name: t("transactions.when"), cell: (entry) => <time dateTime={entry.at}>{format.when(entry.at)}</time> },
  ];
  return <Table label={t("audit.records")} columns={columns} rows={entries} id={(entry) => String(entry.seq)} />;
}

/** Such as `key:` and an id, of which its end tells it from others; or the appliance itself. */
function Actor({ actor }: { actor: string }) {
  const kind = /^(\w+):./.exec(actor)?.[1];
  return <Copied text={actor} short={10} {...(kind && { label: kind })} />;
}
