import { useTranslation } from "react-i18next";
import type { Field } from "./form";
import css from "./PluginSettings.module.css";

/** What the plugin says of a setting, what it is called in a file, and where its value comes from. */
export function Origin({ field: { key, help, kind, hidden, source, value } }: { field: Field }) {
  const { t } = useTranslation();
  const own = value === undefined && !hidden ? t("plugins.unset") : t("plugins.own_default");
  const layer = source === "default" ? t("settings.source_default") : source === "" ? own : <bdi>{source}</bdi>;
  return (
    <>
      {help && (
        <span className={css.help} dir="auto">
          {help}
        </span>
      )}
      {kind === "secret" && <span className={css.help}>{t("plugins.secret_text")}</span>}
      {kind === "json" && <span className={css.help}>{t("plugins.json_text")}</span>}
      <span className={css.origin}>
        <code dir="ltr">{key}</code> · {layer}
      </span>
      {hidden?.misses_one && <span className={css.missing}>{t("plugins.secret_missing")}</span>}
      {source.startsWith("environment ") && <span className={css.missing}>{t("settings.overridden")}</span>}
    </>
  );
}
