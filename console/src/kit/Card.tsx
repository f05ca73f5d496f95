import type { ReactNode } from "react";
import css from "./Card.module.css";

interface Props {
  title?: string;
  note?: ReactNode;
  actions?: ReactNode;
  /** Without space around the content, for tables and pictures. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

export function Card({ title, note, actions, flush, className, children }: Props) {
  return (
    <section className={[css.card, className].filter(Boolean).join(" ")} aria-label={title}>
      {(title || actions) && (
        <header className={css.head}>
          <div>
            {title && <h2 className={css.title}>{title}</h2>}
            {note && <p className={css.note}>{note}</p>}
          </div>
          {actions}
        </header>
      )}
      <div className={flush ? css.flush : css.body}>{children}</div>
    </section>
  );
}
