import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconReceiptOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Card } from "@/kit/Card";
import { Failure } from "@/kit/Failure";
import { Notice } from "@/kit/Notice";
import { Waiting } from "@/kit/Waiting";
import { Heading } from "./Heading";
import { receiptsQuery } from "./queries";
import { ReceiptRow } from "./ReceiptRow";

/** All receipts, the newest first; without a network those that were seen here before. */
export function Receipts() {
  const { t } = useTranslation();
  const query = useInfiniteQuery(receiptsQuery);
  const pages = query.data?.pages;
  const receipts = pages?.flatMap(({ items }) => items) ?? [];
  const isOld = pages?.[0]?.isOld ?? false;
  return (
    <>
      <Heading title={t("me.view_receipts")} lead={t(isOld ? "me.receipts_offline" : "me.receipts_text")} />
      {!pages && (query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Waiting />)}
      {pages && receipts.length === 0 && (
        <Notice icon={IconReceiptOff} title={t("me.no_receipts")} text={t(isOld ? "me.no_receipts_offline" : "me.no_receipts_text")} />
      )}
      {receipts.length > 0 && (
        <Card flush>
          <ul>
            {receipts.map((receipt) => (
              <ReceiptRow key={receipt.transaction_id} receipt={receipt} />
            ))}
          </ul>
        </Card>
      )}
      {query.hasNextPage && (
        <Button variant="default" size="md" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("common.more")}
        </Button>
      )}
    </>
  );
}
