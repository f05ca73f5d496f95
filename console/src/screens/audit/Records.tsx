import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { IconFileSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Listing } from "@/api/lists";
import { pagesQuery } from "@/api/queries";
import { Card } from "@/kit/Card";
import { momentsOf } from "@/kit/days";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { AuditTable } from "./AuditTable";
import css from "./Audit.module.css";
import { Filters } from "./Filters";

const route = getRouteApi("/console/audit");
const PAGE = 50;

/** What was done, newest first. */
export function Records() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/console/audit" });
  const asked = { ...search, ...momentsOf(search), order: "newest", limit: PAGE } as Listing<"/audit">["query"];
  const list = useInfiniteQuery(pagesQuery("/audit", asked));
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t("audit.records")} flush>
      <Filters search={search} onChange={(search) => void navigate({ search, replace: true })} />
      <Loaded query={{ ...list, data: list.data }} lines={10}>
        {() =>
          entries.length === 0 ? (
            <Notice icon={IconFileSearch} title={t("audit.none")} text={t("transactions.none_text")} />
          ) : (
            <AuditTable entries={entries} />
          )
        }
      </Loaded>
      {list.hasNextPage && (
        <div className={css.more}>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t("common.more")}
          </Button>
        </div>
      )}
    </Card>
  );
}
