import { type ReactNode, useEffect } from "react";
import { Mark } from "@/app/Mark";
import { LanguageMenu } from "./LanguageMenu";
import css from "./SignIn.module.css";

interface Props {
  title: string;
  lead: string;
  /** Beside the languages. */
  corner?: ReactNode;
  foot?: ReactNode;
  children: ReactNode;
}

/** A page of one thing to do, in the middle: the way in, and what stands before it. */
export function EntryPage({ title, lead, corner, foot, children }: Props) {
  useEffect(() => {
    document.title = `${title} · FacePay`;
  }, [title]);
  return (
    <main className={css.page}>
      <div className={css.top}>
        {corner ?? <span />}
        <LanguageMenu />
      </div>
      <div className={css.box}>
        <Mark size={40} />
        <h1 className={css.title}>{title}</h1>
        <p className={css.lead}>{lead}</p>
        {children}
      </div>
      <p className={css.foot}>{foot ?? " "}</p>
    </main>
  );
}
