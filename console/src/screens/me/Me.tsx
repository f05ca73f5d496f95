import { useMutation } from "@tanstack/react-query";
import { IconLinkOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { CodeField, isCode } from "@/kit/CodeField";
import { Notice } from "@/kit/Notice";
import { EntryForm } from "@/screens/login/EntryForm";
import { EntryPage } from "@/screens/login/EntryPage";
import { FacePaymentState } from "@/screens/people/FacePaymentState";
import { tokenOf } from "./link";

/** The payer's own page behind their link: payment by face is switched on by the code that came another way. */
export function Me() {
  const { t } = useTranslation();
  const [token] = useState(() => tokenOf(location.hash));
  const [code, setCode] = useState("");
  const on = useMutation({
    mutationFn: () => answered(client.POST("/face-payment", { body: { token: token!, code } })),
    // Who looks over the shoulder later finds no link in the address.
    onSuccess: () => history.replaceState(history.state, "", location.pathname),
    onError: () => setCode(""),
  });
  if (!token) {
    return (
      <EntryPage title={t("me.title")} lead={t("me.lead")}>
        <Notice icon={IconLinkOff} title={t("me.no_link")} text={t("me.no_link_text")} />
      </EntryPage>
    );
  }
  return (
    <EntryPage title={t("me.title")} lead={t(on.data ? "me.done" : "me.lead")}>
      {on.data ? (
        <FacePaymentState standing={on.data} />
      ) : (
        <EntryForm
          action={t("face_payment.on_do")}
          busy={on.isPending}
          error={on.error}
          disabled={!isCode(code)}
          onSubmit={() => on.mutate()}
        >
          <CodeField label={t("face_payment.code")} description={t("me.code_text")} value={code} onChange={setCode} size="md" autoFocus />
          <p className="small soft">{t("me.voluntary")}</p>
        </EntryForm>
      )}
    </EntryPage>
  );
}
