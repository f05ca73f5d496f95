import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { facePaymentQuery } from "@/api/queries";
import { Ask } from "@/kit/Ask";
import { PasswordField } from "@/kit/PasswordField";

interface Props {
  user: string;
  opened: boolean;
  onClose: () => void;
}

/** Before staff: the person types their PIN. */
export function FacePaymentPin({ user, opened, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [pin, setPin] = useState("");
  const on = useMutation({
    mutationFn: () => answered(client.POST("/users/{id}/face-payment", { params: { path: { id: user } }, body: { pin } })),
    onSuccess: (standing) => {
      queries.setQueryData(facePaymentQuery(user).queryKey, standing);
      onClose();
    },
    onSettled: () => setPin(""),
  });
  return (
    <Ask
      opened={opened}
      title={t("face_payment.by_pin")}
      action={t("face_payment.on_do")}
      busy={on.isPending}
      disabled={!/^\d{4,12}$/.test(pin)}
      error={on.error}
      onClose={() => {
        on.reset();
        onClose();
      }}
      onDo={() => on.mutate()}
    >
      <p>{t("face_payment.pin_text")}</p>
      <PasswordField label={t("pay.pin")} inputMode="numeric" autoComplete="off" value={pin} onChange={setPin} data-autofocus />
    </Ask>
  );
}
