import { Button, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconSearch, IconUserPlus, IconUsers } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Listing } from "@/api/lists";
import { pagesQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Page } from "@/kit/Page";
import { useMay } from "@/session/session";
import css from "./People.module.css";
import { PeopleList } from "./PeopleList";
import { matching } from "./matching";
import { useWanted } from "./useWanted";

const route = getRouteApi("/console/people");

/** Everybody who can pay; tens of thousands scroll like ten. */
export function People() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { q = "" } = route.useSearch();
  const { wanted, asked, want } = useWanted(q);
  const everybody = useInfiniteQuery(pagesQuery("/users"));
  // Where not all are here, the appliance looks.
  const isAsked = asked !== "" && everybody.hasNextPage;
  const found = useInfiniteQuery({ ...pagesQuery("/users", { q: asked } as Listing<"/users">["query"]), enabled: isAsked });
  const query = isAsked ? found : everybody;
  const people = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const shown = useMemo(() => (isAsked ? people : matching(people, wanted)), [people, wanted, isAsked]);

  return (
    <Page
      title={t("people.title")}
      lead={t("people.lead")}
      actions={
        may("people.write") && (
          <Button component={Link} to="/console/enrol" leftSection={<IconUserPlus size={18} stroke={1.6} aria-hidden />}>
            {t("people.enrol")}
          </Button>
        )
      }
    >
      <Card flush>
        <div className={css.tools}>
          <TextInput
            className={css.search}
            aria-label={t("people.search")}
            placeholder={t("people.search")}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={wanted}
            onChange={(change) => want(change.currentTarget.value)}
          />
          <span className="number small soft" role="status">
            {query.data &&
              t(query.hasNextPage ? "people.loaded" : "people.count", { count: shown.length, shown: format.number(shown.length) })}
          </span>
        </div>
        <Loaded query={{ ...query, data: query.data }} lines={10}>
          {() =>
            shown.length === 0 && !query.hasNextPage ? (
              <Notice icon={IconUsers} title={t(wanted ? "people.nobody" : "people.none")} text={t("people.none_text")} />
            ) : (
              <PeopleList
                people={shown}
                // A list that a name makes short is not at its end.
                more={query.hasNextPage && (isAsked || wanted === "")}
                loading={query.isFetchingNextPage}
                onMore={() => void query.fetchNextPage()}
              />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}
