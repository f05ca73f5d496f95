import { IconDeviceMobile, IconHome, IconReceipt, IconShieldLock, IconCloudOff, type TablerIcon } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Mark } from "@/app/Mark";
import { useFormat } from "@/i18n/format";
import { Bar } from "@/kit/Bar";
import { LanguageMenu } from "@/screens/login/LanguageMenu";
import css from "./Frame.module.css";
import type { View } from "./search";

const PLACES: [View, TablerIcon][] = [
  ["overview", IconHome],
  ["receipts", IconReceipt],
  ["data", IconShieldLock],
  ["devices", IconDeviceMobile],
];

interface Props {
  view: View;
  /** When what is shown was last known, where the appliance does not answer now. */
  old: number | null;
  children: ReactNode;
}

/** A phone's page: what is shown, and below it where else one can go. */
export function Frame({ view, old, children }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={css.frame}>
      <header className={css.head}>
        <span className={css.brand}>
          <Mark size={26} />
          FacePay
        </span>
        <LanguageMenu />
      </header>
      <div role="status">
        {old !== null && (
          <p className={css.offline}>
            <IconCloudOff size={18} aria-hidden />
            <span>{t("me.offline", { at: format.when(new Date(old).toISOString()) })}</span>
          </p>
        )}
      </div>
      <main id="content" className={css.main}>
        {children}
      </main>
      <Bar always>
        {PLACES.map(([name, Icon]) => (
          <Link
            key={name}
            to="."
            search={name === "overview" ? {} : { view: name }}
            activeOptions={{ exact: true }}
            aria-current={name === view ? "page" : undefined}
          >
            <Icon size={22} stroke={1.6} aria-hidden />
            <span>{t(`me.view_${name}`)}</span>
          </Link>
        ))}
      </Bar>
    </div>
  );
}
