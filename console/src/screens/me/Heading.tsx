import { useEffect } from "react";
import css from "./Heading.module.css";

/** What a view is called, on it and in the window. */
export function Heading({ title, lead }: { title: string; lead?: string }) {
  useEffect(() => {
    document.title = `${title} · FacePay`;
  }, [title]);
  return (
    <header className={css.heading}>
      <h1>
        <bdi>{title}</bdi>
      </h1>
      {lead && <p className="soft">{lead}</p>}
    </header>
  );
}
