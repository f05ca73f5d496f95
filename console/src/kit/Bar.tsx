import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import css from "./Bar.module.css";

interface Props {
  /** On screens of every size, with room for a thumb; else on phones only. */
  always?: boolean;
  children: ReactNode;
}

/** Where one can go, at the bottom of the screen: links, each of a picture and a word. */
export function Bar({ always, children }: Props) {
  const { t } = useTranslation();
  return (
    <nav className={`${css.bar} ${always ? css.always : css.phone}`} aria-label={t("nav.label")}>
      {children}
    </nav>
  );
}
