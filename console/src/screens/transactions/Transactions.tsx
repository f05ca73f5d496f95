import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconDownload, IconListDetails } from "@tabler/icons-react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Listing } from "@/api/lists";
import { pagesQuery } from "@/api/queries";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Page } from "@/kit/Page";
import { saveCsv } from "@/kit/save";
import { minorDigits } from "@/i18n/format";
import { Filters } from "./Filters";
import { listed } from "./listed";
import css from "./Transactions.module.css";
import { TransactionTable } from "./TransactionTable";

const route = getRouteApi("/console/transactions");

/** Every payment, newest first. */
export function Transactions() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/console/transactions" });
  const query = useInfiniteQuery(pagesQuery("/transactions", { ...listed(search), limit: 50 } as Listing<"/transactions">["query"]));
  const payments = query.data?.pages.flatMap((page) => page.items) ?? [];
  const exported = () =>
    saveCsv("transactions.csv", [
      ["id", "created_at", "state", "amount", "currency", "refunded", "terminal", "reference", "provider"],
      ...payments.map((payment) => {
        const scale = 10 ** minorDigits(payment.amount.currency);
        return [
          payment.id,
          payment.created_at,
          payment.state,
          payment.amount.amount / scale,
          payment.amount.currency,
          payment.refunded.amount / scale,
          payment.terminal,
          payment.reference,
          payment.provider,
        ];
      }),
    ]);

  return (
    <Page
      title={t("transactions.title")}
      lead={t("transactions.lead")}
      actions={
        <Button
          variant="default"
          leftSection={<IconDownload size={18} stroke={1.6} aria-hidden />}
          disabled={payments.length === 0}
          onClick={exported}
        >
          {t("common.csv")}
        </Button>
      }
    >
      <Card flush>
        <Filters search={search} onChange={(search) => void navigate({ search, replace: true })} />
        <Loaded query={{ ...query, data: query.data }} lines={8}>
          {() =>
            payments.length === 0 ? (
              <Notice icon={IconListDetails} title={t("transactions.none")} text={t("transactions.none_text")} />
            ) : (
              <TransactionTable payments={payments} />
            )
          }
        </Loaded>
        {query.hasNextPage && (
          <div className={css.more}>
            <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t("common.more")}
            </Button>
          </div>
        )}
      </Card>
    </Page>
  );
}
