import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { CodeField, isCode } from "@/kit/CodeField";
import { signIn } from "@/session/entry";
import { AccountFields } from "./AccountFields";
import { EntryForm } from "./EntryForm";

/** Name and password; the one-time code is asked for once the appliance says that the account has a device for it. */
export function PasswordForm() {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asksCode, askCode] = useState(false);
  const login = useMutation({
    mutationFn: () => signIn(name, password, asksCode ? code : null),
    onError: (error) => {
      // A code is taken once, so whatever was refused, the next try needs a new one.
      setCode("");
      if (Problem.from(error).code === "code_required") askCode(true);
    },
  });
  const lacksCode = Problem.from(login.error).code === "code_required";
  return (
    <EntryForm
      action={t("login.in")}
      busy={login.isPending}
      error={lacksCode ? null : login.error}
      disabled={asksCode && !isCode(code)}
      onSubmit={() => login.mutate()}
    >
      <AccountFields name={name} password={password} onName={setName} onPassword={setPassword} />
      {asksCode && (
        <CodeField
          label={t("totp.code")}
          description={t("totp.code_hint")}
          value={code}
          onChange={setCode}
          size="md"
          autoFocus
        />
      )}
    </EntryForm>
  );
}
