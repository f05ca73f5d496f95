import { Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { Ask } from "@/kit/Ask";
import { PasswordField } from "@/kit/PasswordField";
import { PASSWORD_CHARS_MIN } from "@/session/password";
import { type Role, STAFF_ROLES } from "./roles";

export function NewOperator({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [password, setPassword] = useState("");
  const add = useMutation({
    mutationFn: () => answered(client.POST("/operators", { body: { name, role, password } })),
    onSuccess: () => {
      setName("");
      setPassword("");
      onClose();
      return queries.invalidateQueries({ queryKey: ["/operators"] });
    },
  });
  return (
    <Ask
      opened={opened}
      title={t("access.add_operator")}
      action={t("common.save")}
      busy={add.isPending}
      disabled={!name.trim() || password.length < PASSWORD_CHARS_MIN}
      error={add.error}
      onClose={onClose}
      onDo={() => add.mutate()}
    >
      <TextInput
        label={t("access.name")}
        autoComplete="off"
        value={name}
        onChange={(change) => setName(change.currentTarget.value)}
        data-autofocus
      />
      <Select
        label={t("access.role")}
        data={STAFF_ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
        value={role}
        allowDeselect={false}
        onChange={(value) => value && setRole(value as Role)}
      />
      <PasswordField
        label={t("login.password")}
        description={t("login.password_hint", { count: PASSWORD_CHARS_MIN })}
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
      />
    </Ask>
  );
}
