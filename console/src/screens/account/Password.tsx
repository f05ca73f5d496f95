import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { Card } from "@/kit/Card";
import { PasswordField } from "@/kit/PasswordField";
import { EntryForm } from "@/screens/login/EntryForm";
import { PASSWORD_CHARS_MIN } from "@/session/password";
import { session } from "@/session/session";

/** A new password; every session of the account ends with it, this one too. */
export function Password() {
  const { t } = useTranslation();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const change = useMutation({
    mutationFn: () => answered(client.POST("/operators/me/password", { body: { old, new: fresh } })),
    onSuccess: () => session.end(),
  });
  return (
    <Card title={t("account.password")} note={t("account.password_text")}>
      <EntryForm
        action={t("account.change")}
        busy={change.isPending}
        error={change.error}
        disabled={!old || fresh.length < PASSWORD_CHARS_MIN}
        onSubmit={() => change.mutate()}
      >
        <PasswordField label={t("account.old")} autoComplete="current-password" value={old} onChange={setOld} />
        <PasswordField
          label={t("account.new")}
          description={t("login.password_hint", { count: PASSWORD_CHARS_MIN })}
          autoComplete="new-password"
          value={fresh}
          onChange={setFresh}
        />
      </EntryForm>
    </Card>
  );
}
