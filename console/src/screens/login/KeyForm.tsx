import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { API_BASE } from "@/api/client";
import { Problem } from "@/api/problem";
import { PasswordField } from "@/kit/PasswordField";
import { keyGrant } from "@/session/credentials";
import { session } from "@/session/session";
import { EntryForm } from "./EntryForm";

/** Whether the appliance knows a key: a route of staff's refuses one that it knows in another way than one that it doesn't. */
async function check(key: string): Promise<void> {
  const asked = fetch(`${API_BASE}/operators/me`, { headers: { authorization: `Bearer ${key}` } });
  const response = await asked.catch((cause) => {
    throw Problem.unreachable(cause);
  });
  if (!response.ok && response.status !== 403) throw Problem.of(response, await response.json().catch(() => null));
}

export function KeyForm() {
  const { t } = useTranslation();
  const [key, setKey] = useState("");
  const enter = useMutation({
    mutationFn: () => check(key.trim()),
    onSuccess: () => session.begin(keyGrant(key.trim(), t("role.key"))),
  });
  return (
    <EntryForm action={t("login.in")} busy={enter.isPending} error={enter.error} onSubmit={() => enter.mutate()}>
      <PasswordField label={t("login.key")} autoComplete="off" value={key} onChange={setKey} required size="md" />
    </EntryForm>
  );
}
