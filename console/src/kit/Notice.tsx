import type { TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import css from "./Notice.module.css";

interface Props {
  icon: TablerIcon;
  title: string;
  text?: ReactNode;
  /** Said at once by screen readers. */
  urgent?: boolean;
  children?: ReactNode;
}

/** What stands where content would be: nothing there, no access, an error. */
export function Notice({ icon: Icon, title, text, urgent, children }: Props) {
  return (
    <div className={css.notice} role={urgent ? "alert" : undefined}>
      <span className={css.icon}>
        <Icon size={26} stroke={1.5} aria-hidden />
      </span>
      <p className={css.title}>{title}</p>
      {text && <p className={css.text}>{text}</p>}
      {children && <div className={css.actions}>{children}</div>}
    </div>
  );
}
