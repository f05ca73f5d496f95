import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAwaited, waits } from "@/api/approval";
import { answered, client, type Wire } from "@/api/client";
import { Ask } from "@/kit/Ask";
import { Awaits } from "@/kit/Awaits";
import { Card } from "@/kit/Card";

interface Props {
  person: Wire<"User">;
  onErased: (certificate: Wire<"ErasureCertificate">) => void;
}

/** Erases a person for good, where two must agree when both have; the name has to be typed, since nothing brings them back. */
export function Erase({ person, onErased }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [typed, setTyped] = useState("");
  const awaited = useAwaited("erase", person.id);
  const erase = useMutation({
    mutationFn: () => answered(client.DELETE("/users/{id}", { params: { path: { id: person.id } } })),
    onSuccess: (answer) => {
      if (waits(answer)) {
        close();
        return queries.invalidateQueries({ queryKey: ["/approvals"] });
      }
      onErased(answer);
      return queries.invalidateQueries({ queryKey: ["/users", "pages"] });
    },
  });
  return (
    <Card title={t("people.erase")} note={t("people.erase_text")}>
      {awaited ? (
        <Awaits approval={awaited} />
      ) : (
        <Button color="red" variant="light" onClick={open}>
          {t("people.erase_open")}
        </Button>
      )}
      <Ask
        opened={opened}
        title={t("people.erase_title", { name: person.name })}
        action={t("people.erase")}
        grave
        busy={erase.isPending}
        disabled={typed.trim() !== person.name.trim()}
        error={erase.error}
        onClose={close}
        onDo={() => erase.mutate()}
      >
        <p>{t("people.erase_warning")}</p>
        <TextInput
          label={t("people.erase_type", { name: person.name })}
          autoComplete="off"
          value={typed}
          onChange={(change) => setTyped(change.currentTarget.value)}
          data-autofocus
        />
      </Ask>
    </Card>
  );
}
