import { expect, test } from "vitest";
import de from "@/i18n/locales/de.json";
import { digestOf, wordsOf } from "./consent-text";

test("the words of a consent are those of its digest, or none", async () => {
  const text = "I agree, word for word.";
  const text_sha256 = await digestOf(text);
  expect(text_sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(await wordsOf({ text, text_sha256, language: "en" })).toBe(text);
  expect(await wordsOf({ text: `${text} And more.`, text_sha256, language: "en" })).toBeNull();
  expect(await wordsOf({ text_sha256, language: "tlh" })).toBeNull();
});

test("the console's own words are found in the language of the consent", async () => {
  const own = de.enrol.consent_text;
  expect(await wordsOf({ text_sha256: await digestOf(own), language: "de" })).toBe(own);
});
