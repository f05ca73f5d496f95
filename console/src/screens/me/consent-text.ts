import { texts } from "@/i18n/i18n";
import { isLanguage } from "@/i18n/languages";
import { hex } from "@/pay/verify";

export async function digestOf(text: string): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** The words of a consent: as the appliance keeps them, else the console's own, where they are those that were agreed to. */
export async function wordsOf(consent: { text?: string | null; text_sha256: string; language: string }): Promise<string | null> {
  const own = isLanguage(consent.language) ? (await texts(consent.language)).enrol.consent_text : undefined;
  for (const text of [consent.text, own]) {
    if (text != null && (await digestOf(text)) === consent.text_sha256) return text;
  }
  return null;
}
