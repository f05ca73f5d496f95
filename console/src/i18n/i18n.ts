import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { isLanguage, LANGUAGES, preferred, remember, type Language } from "./languages";

const files = {
  en: () => import("./locales/en.json"),
  de: () => import("./locales/de.json"),
  hi: () => import("./locales/hi.json"),
  ar: () => import("./locales/ar.json"),
  zh: () => import("./locales/zh.json"),
} satisfies Record<Language, () => Promise<unknown>>;

/** All texts in a language. */
export async function texts(language: Language) {
  return (await files[language]()).default;
}

/** Starts in the preferred language; the others are fetched when they are chosen. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    fallbackLng: "en",
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await speak(preferred());
}

export async function speak(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    const file = await files[language]();
    i18next.addResourceBundle(language, "translation", file.default);
  }
  remember(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = LANGUAGES[language].direction;
}

export function spoken(): Language {
  return isLanguage(i18next.language) ? i18next.language : "en";
}
