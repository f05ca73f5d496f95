import type { Wire } from "@/api/client";

type Text = Wire<"ConsentText">;

/** Texts that come newest first, by their language; the languages in the order in which they were last written in. */
export function byLanguage(texts: Text[]): [language: string, texts: Text[]][] {
  const languages = [...new Set(texts.map(({ language }) => language))];
  return languages.map((language) => [language, texts.filter((text) => text.language === language)]);
}
