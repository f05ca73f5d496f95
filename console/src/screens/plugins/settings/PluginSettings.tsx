import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { IconAdjustmentsOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Page } from "@/kit/Page";
import { nameOf } from "../name";
import { formOf } from "./form";
import { settingsQuery } from "./query";
import { SettingsForm } from "./SettingsForm";

const route = getRouteApi("/console/plugins/$id");

/** What one plugin is set to, as a form made of what it says of its settings. */
export function PluginSettings() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const query = useQuery(settingsQuery(id));
  return (
    <Page
      title={t("plugins.settings_of", { plugin: nameOf(id) })}
      lead={t("plugins.settings_lead")}
      actions={<Link to="/console/plugins">{t("plugins.title")}</Link>}
    >
      <Loaded query={query} lines={8}>
        {(settings) => {
          const parts = formOf(settings);
          return parts.length > 0 ? (
            <SettingsForm name={settings.name} id={id} parts={parts} />
          ) : (
            <Card>
              <Notice icon={IconAdjustmentsOff} title={t("plugins.no_settings")} text={t("plugins.no_settings_text")} />
            </Card>
          );
        }}
      </Loaded>
    </Page>
  );
}
