import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconContrast, IconDeviceTablet, IconLanguage, IconLogout, IconMoon, IconSearch, IconSun, IconUserCircle } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { speak } from "@/i18n/i18n";
import { LANGUAGES, type Language } from "@/i18n/languages";
import { signOut } from "@/session/entry";
import { useMay } from "@/session/session";
import { contrast, setContrast } from "@/theme/contrast";
import { PLACES } from "./navigation";
import { paletteStore } from "./palette-store";

/** Everything by name: Ctrl K. */
export function Palette() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMay();
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });

  const places = PLACES.filter((place) => place.needs === null || may(place.needs)).map((place) => ({
    id: place.name,
    label: t(`nav.${place.name}`),
    leftSection: <place.icon size={20} stroke={1.6} aria-hidden />,
    rightSection: <kbd>g {place.key}</kbd>,
    onClick: () => void navigate({ to: place.to }),
  }));
  const languages = (Object.keys(LANGUAGES) as Language[]).map((tag) => ({
    id: `language-${tag}`,
    label: LANGUAGES[tag].name,
    keywords: [tag, t("settings.language")],
    leftSection: <IconLanguage size={20} stroke={1.6} aria-hidden />,
    onClick: () => void speak(tag),
  }));
  const looks = [
    { id: "light", icon: IconSun, act: () => setColorScheme("light") },
    { id: "dark", icon: IconMoon, act: () => setColorScheme("dark") },
    { id: "contrast", icon: IconContrast, act: () => setContrast(contrast() === "high" ? "auto" : "high") },
  ].map(({ id, icon: Icon, act }) => ({
    id,
    label: t(`settings.${id}`),
    leftSection: <Icon size={20} stroke={1.6} aria-hidden />,
    onClick: act,
  }));
  const rest = [
    {
      id: "account",
      label: t("account.title"),
      leftSection: <IconUserCircle size={20} stroke={1.6} aria-hidden />,
      onClick: () => void navigate({ to: "/console/account" }),
    },
    {
      id: "kiosk",
      label: t("nav.kiosk"),
      leftSection: <IconDeviceTablet size={20} stroke={1.6} aria-hidden />,
      onClick: () => void navigate({ to: "/kiosk" }),
    },
    {
      id: "sign-out",
      label: t("login.out"),
      leftSection: <IconLogout size={20} stroke={1.6} aria-hidden />,
      // Where the appliance is away it cannot be told; the account says so when it is tried there.
      onClick: () => void signOut().catch(() => navigate({ to: "/console/account" })),
    },
  ];
  const actions: SpotlightActionGroupData[] = [
    { group: t("palette.places"), actions: places },
    { group: t("settings.appearance"), actions: [...looks, ...languages] },
    { group: t("palette.more"), actions: rest },
  ];
  return (
    <Spotlight
      store={paletteStore}
      actions={actions}
      shortcut={["mod + K"]}
      nothingFound={t("palette.nothing")}
      scrollable
      maxHeight={420}
      lockScroll={false}
      highlightQuery={false}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: t("palette.hint"),
        "aria-label": t("palette.hint"),
      }}
    />
  );
}
