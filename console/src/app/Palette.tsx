import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import {
  IconBrightness,
  IconContrast,
  IconDeviceTablet,
  IconLanguage,
  IconListDetails,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
  IconUserCircle,
  IconUsers,
} from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { speak } from "@/i18n/i18n";
import { LANGUAGES, type Language } from "@/i18n/languages";
import { signOut } from "@/session/entry";
import { useMay } from "@/session/session";
import { contrast, setContrast } from "@/theme/contrast";
import { PLACES } from "./navigation";
import { paletteStore } from "./palette-store";

/** Everything by name, and whatever has a name: Ctrl K. */
export function Palette() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMay();
  const [typed, setTyped] = useState("");
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
  const schemes = [
    { id: "light", icon: IconSun },
    { id: "dark", icon: IconMoon },
    { id: "auto", icon: IconBrightness },
  ] as const;
  const looks = [
    ...schemes.map(({ id, icon: Icon }) => ({
      id,
      label: `${t("settings.scheme")}: ${t(`settings.${id}`)}`,
      leftSection: <Icon size={20} stroke={1.6} aria-hidden />,
      onClick: () => setColorScheme(id),
    })),
    {
      id: "contrast",
      label: t("settings.contrast"),
      leftSection: <IconContrast size={20} stroke={1.6} aria-hidden />,
      onClick: () => setContrast(contrast() === "high" ? "auto" : "high"),
    },
  ];
  const text = typed.trim();
  // Their names have what was typed in them, so they are never filtered away.
  const finds = [
    { id: "find-person", needs: "people.read", icon: IconUsers, act: () => navigate({ to: "/console/people", search: { q: text } }) },
    {
      id: "find-payment",
      needs: "payments.read",
      icon: IconListDetails,
      act: () => navigate({ to: "/console/transactions", search: { reference: text } }),
    },
  ]
    .filter(({ needs }) => text !== "" && may(needs))
    .map(({ id, icon: Icon, act }) => ({
      id,
      label: t(`palette.${id.replace("-", "_")}`, { text }),
      leftSection: <Icon size={20} stroke={1.6} aria-hidden />,
      onClick: () => void act(),
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
    { group: t("palette.find"), actions: finds },
  ];
  return (
    <Spotlight
      store={paletteStore}
      actions={actions}
      query={typed}
      onQueryChange={setTyped}
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
