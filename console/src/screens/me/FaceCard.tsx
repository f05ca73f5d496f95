import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Facts } from "@/kit/Facts";
import { FacePaymentState } from "@/screens/people/FacePaymentState";
import { payer } from "./device";
import css from "./Me.module.css";
import { PinField, usePin } from "./PinField";
import { type Own, renew } from "./queries";

/** Whether the face pays, and the switch. On is asked about, off is done at once at the appliance. */
export function FaceCard({ own }: { own: Own }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [wish, setWish] = useState<"on" | "off" | null>(null);
  const pin = usePin(own.pin && wish === "on");
  const flip = useMutation({
    mutationFn: async () => {
      if (wish === "off") await answered(payer.DELETE("/payer/face-payment"));
      else await answered(payer.POST("/payer/face-payment", { body: pin.body }));
    },
    onSuccess: () => {
      close();
      return renew();
    },
    onSettled: pin.clear,
  });
  const close = () => {
    setWish(null);
    pin.clear();
    flip.reset();
  };
  const { count, first_at, newest_at } = own.faces;
  const isOff = own.face_payment.state === "off";
  return (
    <Card title={t("me.face_title")}>
      <div className={css.stack}>
        {own.face_payment_asked ? (
          <FacePaymentState standing={own.face_payment} />
        ) : (
          <div>
            <Badge tone={count > 0 ? "good" : "quiet"}>{t(count > 0 ? "me.face_pays" : "me.face_none_pays")}</Badge>
          </div>
        )}
        <Facts
          facts={[
            [t("me.faces"), count > 0 ? t("me.faces_count", { count: format.number(count) }) : t("me.no_face")],
            [t("me.enrolled"), first_at ? span(format.day(first_at), format.day(newest_at ?? first_at)) : null],
            [t("pay.pin"), t(own.pin ? "me.pin_set" : "me.pin_none")],
          ]}
        />
        {own.face_payment_asked && (
          <Button
            size="md"
            variant={isOff ? "filled" : "default"}
            onClick={() => setWish(isOff ? "on" : "off")}
          >
            {t(isOff ? "face_payment.on_do" : "face_payment.off_do")}
          </Button>
        )}
      </div>
      <Ask
        opened={wish !== null}
        title={t(wish === "off" ? "face_payment.off_title" : "me.on_title")}
        action={t(wish === "off" ? "face_payment.off_do" : "face_payment.on_do")}
        grave={wish === "off"}
        busy={flip.isPending}
        disabled={!pin.isFit}
        error={flip.error}
        onClose={close}
        onDo={() => flip.mutate()}
      >
        <p>{t(wish === "off" ? "face_payment.off_text" : "me.on_text")}</p>
        <PinField pin={pin} />
      </Ask>
    </Card>
  );
}

const span = (first: string, newest: string) => (first === newest ? first : `${first} – ${newest}`);
