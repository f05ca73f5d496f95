import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeField, isCode } from "@/kit/CodeField";
import { EntryForm } from "@/screens/login/EntryForm";
import { EntryPage } from "@/screens/login/EntryPage";
import { device } from "./device";
import { deviceName } from "./device-name";
import { clear } from "./queries";

const NAME_CHARS_MAX = 60;

interface Props {
  /** What stands in the link. */
  token: string;
  onOpened: () => void;
}

/** Signs this device in, by the link and the code that came another way. */
export function OpenDevice({ token, onOpened }: Props) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [name, setName] = useState(() => deviceName(navigator.userAgent));
  const open = useMutation({
    mutationFn: async () => {
      await device.open(token, code, name.trim());
      // Of whoever used this device before nothing is left.
      await clear();
    },
    onSuccess: () => {
      // Who looks over the shoulder later finds no link in the address.
      history.replaceState(history.state, "", location.pathname);
      onOpened();
    },
    onError: () => setCode(""),
  });
  return (
    <EntryPage title={t("me.open_title")} lead={t("me.open_lead")}>
      <EntryForm
        action={t("me.open_do")}
        busy={open.isPending}
        error={open.error}
        disabled={!isCode(code) || !name.trim()}
        onSubmit={() => open.mutate()}
      >
        <CodeField label={t("face_payment.code")} description={t("me.code_text")} value={code} onChange={setCode} size="md" autoFocus />
        <TextInput
          label={t("me.device_name")}
          description={t("me.device_name_text")}
          value={name}
          maxLength={NAME_CHARS_MAX}
          autoComplete="off"
          size="md"
          onChange={(change) => setName(change.currentTarget.value)}
        />
      </EntryForm>
    </EntryPage>
  );
}
