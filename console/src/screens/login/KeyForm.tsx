import { Button, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { API_BASE } from "@/api/client";
import { Problem } from "@/api/problem";
import { Trouble } from "@/kit/Trouble";
import { session } from "@/session/session";
import css from "./SignIn.module.css";

/** Whether the appliance knows a key: any route tells, and a refusal for its role tells as well that it is known. */
async function check(key: string): Promise<void> {
  const asked = fetch(`${API_BASE}/cameras`, { headers: { authorization: `Bearer ${key}` } });
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
    onSuccess: () => session.begin({ token: key.trim(), name: t("role.key"), role: null, expiresAt: null }),
  });
  return (
    <form
      className={css.form}
      onSubmit={(submit) => {
        submit.preventDefault();
        enter.mutate();
      }}
    >
      <PasswordInput
        label={t("login.key")}
        autoComplete="off"
        value={key}
        onChange={(change) => setKey(change.currentTarget.value)}
        visibilityToggleButtonProps={{ "aria-label": t("login.show_password") }}
        required
        size="md"
      />
      <Button type="submit" size="md" loading={enter.isPending}>
        {t("login.in")}
      </Button>
      <Trouble error={enter.error} />
    </form>
  );
}
