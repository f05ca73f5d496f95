import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { Trouble } from "@/kit/Trouble";
import { session } from "@/session/session";
import css from "./SignIn.module.css";

export function PasswordForm() {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const login = useMutation({
    mutationFn: () => answered(client.POST("/operators/login", { body: { name, password } })),
    onSuccess: ({ token, role, expires_at }) => session.begin({ token, name, role, expiresAt: expires_at }),
  });
  return (
    <form
      className={css.form}
      onSubmit={(submit) => {
        submit.preventDefault();
        login.mutate();
      }}
    >
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
        autoComplete="current-password"
        value={password}
        onChange={(change) => setPassword(change.currentTarget.value)}
        visibilityToggleButtonProps={{ "aria-label": t("login.show_password") }}
        required
        size="md"
      />
      <Button type="submit" size="md" loading={login.isPending}>
        {t("login.in")}
      </Button>
      <Trouble error={login.error} />
    </form>
  );
}
