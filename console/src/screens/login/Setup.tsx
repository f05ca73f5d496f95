import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { Trouble } from "@/kit/Trouble";
import { session } from "@/session/session";
import css from "./SignIn.module.css";

const PASSWORD_CHARS_MIN = 10;

/** Trades the code of the first start for a key, and makes the first account with it, so that nobody has to keep the key. */
async function setUp(code: string, name: string, password: string) {
  const minted = await answered(client.POST("/setup", { body: { code, name: "console set-up" } }));
  session.begin({ token: minted.key, name, role: minted.role, expiresAt: null });
  await answered(client.POST("/operators", { body: { name, password, role: "admin" } }));
  return answered(client.POST("/operators/login", { body: { name, password } }));
}

export function Setup() {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const begin = useMutation({
    mutationFn: () => setUp(code.trim(), name.trim(), password),
    onSuccess: ({ token, role, expires_at }) => session.begin({ token, name, role, expiresAt: expires_at }),
  });
  return (
    <form
      className={css.form}
      onSubmit={(submit) => {
        submit.preventDefault();
        begin.mutate();
      }}
    >
      <TextInput
        label={t("login.code")}
        description={t("login.code_hint")}
        autoComplete="one-time-code"
        value={code}
        onChange={(change) => setCode(change.currentTarget.value)}
        required
        size="md"
      />
      <TextInput
        label={t("login.name")}
        autoComplete="username"
        value={name}
        onChange={(change) => setName(change.currentTarget.value)}
        required
        size="md"
      />
      <PasswordInput
        label={t("login.password")}
        description={t("login.password_hint", { count: PASSWORD_CHARS_MIN })}
        autoComplete="new-password"
        minLength={PASSWORD_CHARS_MIN}
        value={password}
        onChange={(change) => setPassword(change.currentTarget.value)}
        visibilityToggleButtonProps={{ "aria-label": t("login.show_password") }}
        required
        size="md"
      />
      <Button type="submit" size="md" loading={begin.isPending}>
        {t("login.begin")}
      </Button>
      <Trouble error={begin.error} />
    </form>
  );
}
