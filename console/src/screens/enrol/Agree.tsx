import { Button, Checkbox } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { spoken } from "@/i18n/i18n";
import { Trouble } from "@/kit/Trouble";
import { LanguageMenu } from "@/screens/login/LanguageMenu";
import { CONSENT_VERSION, consentEnd } from "./consent";
import css from "./Enrol.module.css";

/** The text that the person agrees to, in a language that they read. */
export function Agree({ user, onAgreed }: { user: string; onAgreed: () => void }) {
  const { t } = useTranslation();
  const [read, setRead] = useState(false);
  const text = t("enrol.consent_text");
  const agree = useMutation({
    mutationFn: () =>
      answered(
        client.POST("/users/{id}/consents", {
          params: { path: { id: user } },
          body: {
            text,
            version: CONSENT_VERSION,
            language: spoken(),
            channel: "console",
            expires_at: consentEnd(new Date()),
          },
        }),
      ),
    onSuccess: onAgreed,
  });
  return (
    <form
      className={css.form}
      onSubmit={(submit) => {
        submit.preventDefault();
        agree.mutate();
      }}
    >
      <div className={css.actions}>
        <h2 className={css.head}>{t("enrol.consent_title")}</h2>
        <LanguageMenu />
      </div>
      <div className={css.text} tabIndex={0} role="document" aria-label={t("enrol.consent_title")}>
        {text}
      </div>
      <Checkbox
        label={t("enrol.consent_yes")}
        size="md"
        checked={read}
        onChange={(change) => setRead(change.currentTarget.checked)}
      />
      <Trouble error={agree.error} />
      <div className={css.actions}>
        <Button type="submit" size="md" loading={agree.isPending} disabled={!read}>
          {t("enrol.consent_give")}
        </Button>
      </div>
    </form>
  );
}
