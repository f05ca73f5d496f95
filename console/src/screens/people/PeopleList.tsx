import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Waiting } from "@/kit/Waiting";
import css from "./People.module.css";
import { PersonRow } from "./PersonRow";

const ROW_PX = 60;

interface Props {
  people: Wire<"User">[];
  more: boolean;
  loading: boolean;
  onMore: () => void;
}

/** Only the rows in view are in the page; the next page is asked for before its end is reached. */
export function PeopleList({ people, more, loading, onMore }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const rows = useWindowVirtualizer({
    count: people.length,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: list.current?.offsetTop ?? 0,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;

  useEffect(() => {
    if (more && !loading && last >= people.length - 30) onMore();
  }, [more, loading, last, people.length, onMore]);

  return (
    <>
      <div
        ref={list}
        role="list"
        aria-label={t("people.title")}
        className={css.list}
        style={{ height: rows.getTotalSize() }}
      >
        {items.map((item) => (
          <div
            key={item.key}
            role="listitem"
            aria-setsize={more ? -1 : people.length}
            aria-posinset={item.index + 1}
            className={css.row}
            style={{ height: ROW_PX, transform: `translateY(${item.start - rows.options.scrollMargin}px)` }}
          >
            <PersonRow person={people[item.index]!} />
          </div>
        ))}
      </div>
      {loading && (
        <div className={css.loading}>
          <Waiting lines={2} />
        </div>
      )}
    </>
  );
}
