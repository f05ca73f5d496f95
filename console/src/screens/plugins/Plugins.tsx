import { useQuery } from "@tanstack/react-query";
import { IconPlugConnected } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { listQuery } from "@/api/queries";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Page } from "@/kit/Page";
import css from "@/screens/cameras/Cameras.module.css";
import { PluginCard } from "./PluginCard";

/** What does the work: whose it is, what it may, and whether it behaves. */
export function Plugins() {
  const { t } = useTranslation();
  const query = useQuery({ ...listQuery("/plugins"), refetchInterval: 10_000 });
  return (
    <Page title={t("plugins.title")} lead={t("plugins.lead")}>
      <Loaded query={query} lines={8}>
        {({ items }) =>
          items.length === 0 ? (
            <Notice icon={IconPlugConnected} title={t("plugins.none")} text={t("plugins.none_text")} />
          ) : (
            <div className={css.grid}>
              {items.map((plugin) => (
                <PluginCard key={plugin.id} plugin={plugin} />
              ))}
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}
