import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Card } from "@/kit/Card";
import css from "./Newest.module.css";
import { receiptsQuery } from "./queries";
import { ReceiptRow } from "./ReceiptRow";

const SHOWN = 3;

/** The newest receipts. That they are looked at here is also what keeps them for a day without a network. */
export function Newest() {
  const { t } = useTranslation();
  const query = useInfiniteQuery(receiptsQuery);
  const newest = query.data?.pages[0]?.items.slice(0, SHOWN) ?? [];
  if (newest.length === 0) return null;
  return (
    <Card
      title={t("me.newest")}
      flush
      actions={
        <Link to="." search={{ view: "receipts" }} className={css.all}>
          {t("me.all_receipts")}
        </Link>
      }
    >
      <ul>
        {newest.map((receipt) => (
          <ReceiptRow key={receipt.transaction_id} receipt={receipt} />
        ))}
      </ul>
    </Card>
  );
}
