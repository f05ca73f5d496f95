/** A language of the console, by its BCP 47 tag. */
export const LANGUAGES = {
  en: { name: "English", direction: "ltr" },
  de: { name: "Deutsch", direction: "ltr" },
  hi: { name: "हिन्दी", direction: "ltr" },
  ar: { name: "العربية", direction: "rtl" },
  zh: { name: "中文", direction: "ltr" },
} as const;

export type Language = keyof typeof LANGUAGES;

const KEPT_AS = "facepay.language";

export function isLanguage(tag: string | null | undefined): tag is Language {
  return tag != null && tag in LANGUAGES;
}

/** The one chosen here before, else the first that the browser asks for and we have. */
export function preferred(): Language {
  const kept = localStorage.getItem(KEPT_AS);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en";
}

export function remember(language: Language): void {
  localStorage.setItem(KEPT_AS, language);
}
