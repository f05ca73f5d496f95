import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { Trouble } from "@/kit/Trouble";
import css from "./Enrol.module.css";

export function NewPerson({ onPerson }: { onPerson: (id: string) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const add = useMutation({
    mutationFn: () => answered(client.POST("/users", { body: { name, email: email || null } })),
    onSuccess: ({ id }) => onPerson(id),
  });
  return (
    <form
      className={css.form}
      onSubmit={(submit) => {
        submit.preventDefault();
        add.mutate();
      }}
    >
      <h2 className={css.head}>{t("enrol.who")}</h2>
      <TextInput
        label={t("people.name")}
        size="md"
        required
        value={name}
        onChange={(change) => setName(change.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label={t("people.email")}
        description={t("enrol.email_hint")}
        size="md"
        type="email"
        value={email}
        onChange={(change) => setEmail(change.currentTarget.value)}
      />
      <Trouble error={add.error} />
      <div className={css.actions}>
        <Button type="submit" size="md" loading={add.isPending}>
          {t("enrol.next")}
        </Button>
      </div>
    </form>
  );
}
