import { useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useEvents } from "@/api/events";
import { refresh } from "@/api/refresh";
import { Away } from "./Away";
import { BottomBar } from "./BottomBar";
import { Palette } from "./Palette";
import css from "./Shell.module.css";
import { Sidebar } from "./Sidebar";
import { useShortcuts } from "./useShortcuts";

export function Shell() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  useEvents((event) => refresh(queries, event));
  useShortcuts();
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">
        {t("nav.skip")}
      </a>
      <Sidebar />
      <main id="content" tabIndex={-1} className={css.content}>
        <Away />
        <Outlet />
      </main>
      <BottomBar />
      <Palette />
    </div>
  );
}
