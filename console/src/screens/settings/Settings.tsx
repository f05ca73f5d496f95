import { SegmentedControl, Select, Switch, useMantineColorScheme } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { speak } from "@/i18n/i18n";
import { LANGUAGES, type Language } from "@/i18n/languages";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { Page } from "@/kit/Page";
import { CURRENCIES, keepCurrency, usualCurrency } from "@/pay/currencies";
import { useMay } from "@/session/session";
import { setContrast, useContrast } from "@/theme/contrast";
import { Configuration } from "./configuration/Configuration";
import css from "./Settings.module.css";

/** How this browser shows the console, and what the appliance itself is set to. */
export function Settings() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const contrast = useContrast();
  const may = useMay();
  const [currency, setCurrency] = useState(usualCurrency);
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")}>
      <div className={layout.columns}>
        <Card title={t("settings.appearance")}>
          <div className={css.form}>
            <div>
              <p className={css.label} id="scheme">
                {t("settings.scheme")}
              </p>
              <SegmentedControl
                fullWidth
                aria-labelledby="scheme"
                value={colorScheme}
                onChange={(value) => setColorScheme(value as typeof colorScheme)}
                data={["auto", "light", "dark"].map((value) => ({ value, label: t(`settings.${value}`) }))}
              />
            </div>
            <Switch
              label={t("settings.contrast")}
              description={t("settings.contrast_text")}
              checked={contrast === "high"}
              onChange={(change) => setContrast(change.currentTarget.checked ? "high" : "auto")}
            />
            <Select
              label={t("settings.language")}
              data={(Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, label: LANGUAGES[value].name }))}
              value={i18n.language}
              allowDeselect={false}
              onChange={(value) => value && void speak(value as Language)}
            />
            <Select
              label={t("settings.currency")}
              data={CURRENCIES}
              value={currency}
              allowDeselect={false}
              onChange={(value) => {
                if (!value) return;
                setCurrency(value);
                keepCurrency(value);
              }}
            />
          </div>
        </Card>
        <Card title={t("settings.shortcuts")}>
          <ul className={css.keys}>
            <li>
              <kbd>Ctrl K</kbd> {t("palette.open")}
            </li>
            <li>
              <kbd>g</kbd> <kbd>…</kbd> {t("settings.shortcut_go")}
            </li>
          </ul>
        </Card>
      </div>
      {may("settings.read") && <Configuration />}
    </Page>
  );
}
