import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { CodeField, isCode } from "@/kit/CodeField";
import { Copied } from "@/kit/Copied";
import { PasswordField } from "@/kit/PasswordField";
import { Qr } from "@/kit/qr/Qr";
import { EntryForm } from "@/screens/login/EntryForm";
import { again } from "@/session/entry";
import css from "./Account.module.css";

/** The password once more, the secret for the device, a code that proves that the device has it. */
export function TotpSetup({ onDone }: { onDone?: () => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const offer = useMutation({
    mutationFn: () => answered(client.POST("/operators/me/totp", { body: { password } })),
    onSettled: () => setPassword(""),
  });
  if (offer.data) return <Device secret={offer.data} onDone={onDone} />;
  return (
    <EntryForm
      action={t("totp.begin")}
      busy={offer.isPending}
      error={offer.error}
      disabled={!password}
      onSubmit={() => offer.mutate()}
    >
      <PasswordField
        label={t("totp.password")}
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        size="md"
      />
    </EntryForm>
  );
}

function Device({ secret, onDone }: { secret: Wire<"TotpSecret">; onDone: (() => void) | undefined }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: async () => {
      await answered(client.POST("/operators/me/totp/confirm", { body: { code } }));
      await again();
    },
    onSuccess: onDone,
    onError: () => setCode(""),
  });
  return (
    <EntryForm
      action={t("totp.confirm")}
      busy={confirm.isPending}
      error={confirm.error}
      disabled={!isCode(code)}
      onSubmit={() => confirm.mutate()}
    >
      <p>{t("totp.scan")}</p>
      <Qr text={secret.uri} label={t("totp.qr")} />
      <div>
        <p className="small soft">{t("totp.typed")}</p>
        <p className={css.secret}>
          <Copied text={secret.secret} />
        </p>
      </div>
      <CodeField label={t("totp.code")} description={t("totp.code_hint")} value={code} onChange={setCode} size="md" autoFocus />
      <p className="small soft">{t("totp.recovery")}</p>
    </EntryForm>
  );
}
