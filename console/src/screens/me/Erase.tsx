import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, type Wire } from "@/api/client";
import { Ask } from "@/kit/Ask";
import { Card } from "@/kit/Card";
import { payer } from "./device";
import css from "./Me.module.css";
import { PinField, usePin } from "./PinField";
import { forget, type Own } from "./queries";

interface Props {
  own: Own;
  onErased: (certificate: Wire<"ErasureCertificate">) => void;
}

/** The right to be forgotten: nobody has to agree. The name is typed, since nothing brings anything back. */
export function Erase({ own, onErased }: Props) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const [typed, setTyped] = useState("");
  const pin = usePin(own.pin);
  const erase = useMutation({
    mutationFn: () => answered(payer.POST("/payer/erasure", { body: pin.body })),
    onSuccess: async (certificate) => {
      onErased(certificate);
      await forget();
    },
    onSettled: pin.clear,
  });
  return (
    <Card title={t("me.erase")} note={t("me.erase_text")}>
      <div className={css.actions}>
        <Button color="red" variant="light" onClick={open}>
          {t("me.erase_open")}
        </Button>
      </div>
      <Ask
        opened={opened}
        title={t("me.erase_title")}
        action={t("people.erase")}
        grave
        busy={erase.isPending}
        disabled={typed.trim() !== own.name.trim() || !pin.isFit}
        error={erase.error}
        onClose={() => {
          close();
          setTyped("");
          pin.clear();
          erase.reset();
        }}
        onDo={() => erase.mutate()}
      >
        <p>{t("me.erase_warning")}</p>
        <TextInput
          label={t("people.erase_type", { name: own.name })}
          autoComplete="off"
          size="md"
          value={typed}
          onChange={(change) => setTyped(change.currentTarget.value)}
        />
        <PinField pin={pin} />
      </Ask>
    </Card>
  );
}
