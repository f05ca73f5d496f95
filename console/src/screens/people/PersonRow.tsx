import { Link } from "@tanstack/react-router";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { StateBadge } from "@/kit/StateBadge";
import css from "./People.module.css";

export function PersonRow({ person }: { person: Wire<"User"> }) {
  const format = useFormat();
  return (
    <Link to="/console/people/$id" params={{ id: person.id }} className={css.person} preload={false}>
      <span className={css.letter} aria-hidden>
        {person.name.charAt(0).toUpperCase()}
      </span>
      <span className={css.name}>
        <b>{person.name}</b>
        <small>{person.email}</small>
      </span>
      <span className={css.since}>{format.day(person.created_at)}</span>
      <StateBadge state={person.status} />
    </Link>
  );
}
