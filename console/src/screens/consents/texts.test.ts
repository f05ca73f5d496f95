import { expect, test } from "vitest";
import type { Wire } from "@/api/client";
import { byLanguage } from "./texts";

const text = (language: string, version: string): Wire<"ConsentText"> => ({
  id: `${language}-${version}`,
  language,
  version,
  text: "",
  text_sha256: "",
  created_at: "",
  created_by: "",
});

test("of each language the newest text is first, which is the one that people are shown", () => {
  const texts = [text("de", "3"), text("en", "2"), text("de", "1"), text("en", "1")];
  const shown = byLanguage(texts).map(([language, [newest]]) => [language, newest?.version]);
  expect(shown).toEqual([
    ["de", "3"],
    ["en", "2"],
  ]);
});
