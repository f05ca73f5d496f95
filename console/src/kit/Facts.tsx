import type { ReactNode } from "react";
import css from "./Facts.module.css";

/** Names and values, one below the other; a value that is not there is left out. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  const there = facts.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "");
  return (
    <dl className={css.facts}>
      {there.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{typeof value === "string" ? <bdi>{value}</bdi> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
