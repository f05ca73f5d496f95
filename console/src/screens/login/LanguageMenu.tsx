import { Button, Menu } from "@mantine/core";
import { IconLanguage } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { speak } from "@/i18n/i18n";
import { LANGUAGES, isLanguage, type Language } from "@/i18n/languages";

export function LanguageMenu({ size = "sm" }: { size?: "sm" | "lg" }) {
  const { t, i18n } = useTranslation();
  const now = isLanguage(i18n.language) ? i18n.language : "en";
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          size={size}
          leftSection={<IconLanguage size={18} stroke={1.6} aria-hidden />}
          aria-label={t("settings.language_now", { language: LANGUAGES[now].name })}
        >
          {LANGUAGES[now].name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(LANGUAGES) as Language[]).map((tag) => (
          <Menu.Item key={tag} lang={tag} onClick={() => void speak(tag)}>
            {LANGUAGES[tag].name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
