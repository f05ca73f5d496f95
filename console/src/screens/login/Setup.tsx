import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FirstAccount } from "@/session/entry";
import { AccountFields } from "./AccountFields";
import { EntryForm } from "./EntryForm";

/** The first account of a new appliance. */
export function Setup() {
  const { t } = useTranslation();
  const [first] = useState(() => new FirstAccount());
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const begin = useMutation({ mutationFn: () => first.make(code.trim(), name.trim(), password) });
  return (
    <EntryForm action={t("login.begin")} busy={begin.isPending} error={begin.error} onSubmit={() => begin.mutate()}>
      <TextInput
        label={t("login.code")}
        description={t("login.code_hint")}
        autoComplete="one-time-code"
        value={code}
        onChange={(change) => setCode(change.currentTarget.value)}
        required
        size="md"
      />
      <AccountFields name={name} password={password} fresh onName={setName} onPassword={setPassword} />
    </EntryForm>
  );
}
