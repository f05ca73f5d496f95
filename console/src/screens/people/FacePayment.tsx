import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { facePaymentQuery } from "@/api/queries";
import { Ask } from "@/kit/Ask";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { useGrant, useMay } from "@/session/session";
import { FacePaymentLink } from "./FacePaymentLink";
import { FacePaymentPin } from "./FacePaymentPin";
import { FacePaymentState } from "./FacePaymentState";

type Wish = "pin" | "link" | "off";

/** Whether a face pays: switched on away from the till, by the person's PIN before staff or by their own link. */
export function FacePayment({ user }: { user: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const isStaff = useGrant()?.id !== null;
  const queries = useQueryClient();
  const options = facePaymentQuery(user);
  const query = useQuery(options);
  const [wish, setWish] = useState<Wish | null>(null);
  const close = () => setWish(null);
  const off = useMutation({
    mutationFn: () => answered(client.DELETE("/users/{id}/face-payment", { params: { path: { id: user } } })),
    onSuccess: () => {
      close();
      return queries.invalidateQueries({ queryKey: options.queryKey });
    },
  });
  return (
    <Card title={t("face_payment.title")} note={t("face_payment.text")}>
      <Loaded query={query} lines={1}>
        {(standing) => (
          <div className={layout.line}>
            <FacePaymentState standing={standing} />
            {may("people.write") && (
              <div className={layout.actions}>
                {standing.state === "off" && isStaff && (
                  <Button variant="default" size="xs" onClick={() => setWish("pin")}>
                    {t("face_payment.by_pin")}
                  </Button>
                )}
                {standing.state === "off" ? (
                  <Button variant="default" size="xs" onClick={() => setWish("link")}>
                    {t("face_payment.by_link")}
                  </Button>
                ) : (
                  <Button variant="default" size="xs" onClick={() => setWish("off")}>
                    {t("face_payment.off_do")}
                  </Button>
                )}
              </div>
            )}
          </div>
        )}
      </Loaded>
      <FacePaymentPin user={user} opened={wish === "pin"} onClose={close} />
      <FacePaymentLink user={user} opened={wish === "link"} onClose={close} />
      <Ask
        opened={wish === "off"}
        title={t("face_payment.off_title")}
        action={t("face_payment.off_do")}
        grave
        busy={off.isPending}
        error={off.error}
        onClose={close}
        onDo={() => off.mutate()}
      >
        <p>{t("face_payment.off_text")}</p>
      </Ask>
    </Card>
  );
}
