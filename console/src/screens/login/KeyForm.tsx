import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { API_BASE } from "@/api/client";
import { Problem } from "@/api/problem";
import { PasswordField } from "@/kit/PasswordField";
import { keyGrant } from "@/session/credentials";
import { session } from "@/session/session";
import { EntryForm } from "./EntryForm";

const UNTOLD = new Set([404, 405]);

/** What a key may, as the appliance tells it; null from one that doesn't, but knows the key. */
async function know(key: string): Promise<{ name: string; permissions: string[] } | null> {
  const response = await ask("/keys/me", key);
  if (response.ok) return (await response.json()) as { name: string; permissions: string[] };
  if (!UNTOLD.has(response.status)) throw await problem(response);
  // A route of staff's refuses a key that is known in another way than one that isn't.
  const probed = await ask("/operators/me", key);
  if (!probed.ok && probed.status !== 403) throw await problem(probed);
  return null;
}

function ask(path: string, key: string): Promise<Response> {
  return fetch(API_BASE + path, { headers: { authorization: `Bearer ${key}` } }).catch((cause) => {
    throw Problem.unreachable(cause);
  });
}

async function problem(response: Response): Promise<Problem> {
  return Problem.of(response, await response.json().catch(() => null));
}

export function KeyForm() {
  const { t } = useTranslation();
  const [key, setKey] = useState("");
  const enter = useMutation({
    mutationFn: () => know(key.trim()),
    onSuccess: (known) => session.begin(keyGrant(key.trim(), known?.name ?? t("role.key"), known?.permissions)),
  });
  return (
    <EntryForm action={t("login.in")} busy={enter.isPending} error={enter.error} onSubmit={() => enter.mutate()}>
      <PasswordField label={t("login.key")} autoComplete="off" value={key} onChange={setKey} required size="md" />
    </EntryForm>
  );
}
