import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { Ask } from "@/kit/Ask";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { PasswordField } from "@/kit/PasswordField";
import { Trouble } from "@/kit/Trouble";

/** The factor beside the face. Whether there is one is not told, so both ways are open. */
export function Pin({ user }: { user: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const [pin, setPin] = useState("");
  const params = { path: { id: user } };
  const give = useMutation({
    mutationFn: () => answered(client.PUT("/users/{id}/pin", { params, body: { pin } })),
    onSuccess: close,
    onSettled: () => setPin(""),
  });
  const take = useMutation({ mutationFn: () => answered(client.DELETE("/users/{id}/pin", { params })) });
  return (
    <Card title={t("people.pin")} note={t("people.pin_text")}>
      <div className={layout.actions}>
        <Button variant="default" onClick={open}>
          {t("people.pin_give")}
        </Button>
        <Button variant="subtle" loading={take.isPending} onClick={() => take.mutate()}>
          {t("people.pin_take")}
        </Button>
        <span role="status">
          {give.isSuccess && !take.isSuccess && <Badge tone="good">{t("people.pin_given")}</Badge>}
          {take.isSuccess && <Badge tone="quiet">{t("people.pin_taken")}</Badge>}
        </span>
      </div>
      <Trouble error={take.error} />
      <Ask
        opened={opened}
        title={t("people.pin_give")}
        action={t("common.save")}
        busy={give.isPending}
        disabled={!/^\d{4,12}$/.test(pin)}
        error={give.error}
        onClose={close}
        onDo={() => give.mutate()}
      >
        <PasswordField
          label={t("people.pin_new")}
          description={t("people.pin_hint")}
          inputMode="numeric"
          autoComplete="off"
          value={pin}
          onChange={setPin}
          data-autofocus
        />
      </Ask>
    </Card>
  );
}
