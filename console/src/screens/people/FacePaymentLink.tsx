import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Copied } from "@/kit/Copied";
import { Facts } from "@/kit/Facts";
import { Qr } from "@/kit/qr/Qr";
import { linkOf } from "@/screens/me/link";

interface Props {
  user: string;
  opened: boolean;
  onClose: () => void;
}

/** By the person alone: a link by one way, such as their device's camera, and a code by another, both shown once. */
export function FacePaymentLink({ user, opened, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const offer = useMutation({
    mutationFn: () => answered(client.POST("/users/{id}/face-payment/link", { params: { path: { id: user } } })),
  });
  const leave = () => {
    offer.reset();
    onClose();
  };
  return (
    <Ask
      opened={opened}
      title={t("face_payment.by_link")}
      action={t(offer.data ? "common.close" : "face_payment.link_make")}
      done={Boolean(offer.data)}
      busy={offer.isPending}
      error={offer.error}
      onClose={leave}
      onDo={() => (offer.data ? leave() : offer.mutate())}
    >
      {offer.data ? (
        <div role="status">
          <p>{t("face_payment.link_once")}</p>
          <Qr text={linkOf(location.origin, offer.data.token)} label={t("face_payment.link_qr")} />
          <Facts
            facts={[
              [t("face_payment.link"), <Copied key="link" text={linkOf(location.origin, offer.data.token)} short={16} />],
              [t("face_payment.code"), <Copied key="code" text={offer.data.code} />],
              [t("face_payment.good_until"), format.when(offer.data.expires_at)],
            ]}
          />
        </div>
      ) : (
        <p>{t("face_payment.link_text")}</p>
      )}
    </Ask>
  );
}
