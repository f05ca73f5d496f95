import { Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { spoken } from "@/i18n/i18n";
import { type Language, LANGUAGES } from "@/i18n/languages";
import { Ask } from "@/kit/Ask";

const VERSION_CHARS_MAX = 40;
const ROWS_MIN = 8;
const ROWS_MAX = 16;

/** A text to keep, in one of the languages in which people are enrolled here. */
export function NewConsentText({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [version, setVersion] = useState("");
  const [language, setLanguage] = useState<Language>(spoken);
  const [text, setText] = useState("");
  const keep = useMutation({
    mutationFn: () => answered(client.POST("/consent-texts", { body: { version: version.trim(), language, text } })),
    onSuccess: () => {
      // The version stays: it is the same in the next language.
      setText("");
      onClose();
      return queries.invalidateQueries({ queryKey: ["/consent-texts"] });
    },
  });
  return (
    <Ask
      opened={opened}
      wide
      title={t("consent_texts.add")}
      action={t("consent_texts.keep")}
      busy={keep.isPending}
      disabled={!version.trim() || !text.trim()}
      error={keep.error}
      onClose={onClose}
      onDo={() => keep.mutate()}
    >
      <TextInput
        label={t("consent_texts.version")}
        description={t("consent_texts.version_hint")}
        maxLength={VERSION_CHARS_MAX}
        autoComplete="off"
        value={version}
        onChange={(change) => setVersion(change.currentTarget.value)}
        data-autofocus
      />
      <Select
        label={t("settings.language")}
        data={(Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, label: LANGUAGES[value].name }))}
        value={language}
        allowDeselect={false}
        onChange={(value) => value && setLanguage(value as Language)}
      />
      <Textarea
        label={t("consent_texts.text")}
        description={t("consent_texts.text_hint")}
        lang={language}
        dir={LANGUAGES[language].direction}
        autosize
        minRows={ROWS_MIN}
        maxRows={ROWS_MAX}
        value={text}
        onChange={(change) => setText(change.currentTarget.value)}
      />
    </Ask>
  );
}
