import { Button, Checkbox } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { listQuery } from "@/api/queries";
import { spoken } from "@/i18n/i18n";
import { Loaded } from "@/kit/Loaded";
import { Trouble } from "@/kit/Trouble";
import { LanguageMenu } from "@/screens/login/LanguageMenu";
import { CONSENT_VERSION, consentEnd } from "./consent";
import css from "./Enrol.module.css";

interface Words {
  text: string;
  version: string;
  language: string;
}

/** The text that the person agrees to, in a language that they read: the newest that the appliance keeps, else the console's own. */
export function Agree({ user, onAgreed }: { user: string; onAgreed: () => void }) {
  const { t } = useTranslation();
  const language = spoken();
  const kept = useQuery(listQuery("/consent-texts", { query: { language, limit: 1 } }));
  const own: Words = { text: t("enrol.consent_text"), version: CONSENT_VERSION, language };
  return (
    <Loaded query={kept} lines={8}>
      {({ items: [newest = own] }) => (
        // Who chooses another language, or is given another text meanwhile, has not read that one yet.
        <AgreeTo key={`${newest.language} ${newest.version}`} words={newest} user={user} onAgreed={onAgreed} />
      )}
    </Loaded>
  );
}

interface Props {
  words: Words;
  user: string;
  onAgreed: () => void;
}

function AgreeTo({ words: { text, version, language }, user, onAgreed }: Props) {
  const { t } = useTranslation();
  const [read, setRead] = useState(false);
  const agree = useMutation({
    mutationFn: () =>
      answered(
        client.POST("/users/{id}/consents", {
          params: { path: { id: user } },
          body: { text, version, language, channel: "console", expires_at: consentEnd(new Date()) },
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
      <div className={css.text} tabIndex={0} role="document" lang={language} dir="auto" aria-label={t("enrol.consent_title")}>
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
