import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PasswordField } from "@/kit/PasswordField";

/** The PIN, where one is asked for: held for as long as it is typed. */
export function usePin(isAsked: boolean) {
  const [pin, set] = useState("");
  return {
    pin,
    set,
    isAsked,
    isFit: !isAsked || /^\d{4,12}$/.test(pin),
    body: isAsked ? { pin } : {},
    clear: () => set(""),
  };
}

/** Asks for the own PIN; nothing where there is none. */
export function PinField({ pin }: { pin: ReturnType<typeof usePin> }) {
  const { t } = useTranslation();
  if (!pin.isAsked) return null;
  return (
    <PasswordField
      label={t("me.your_pin")}
      description={t("me.your_pin_text")}
      inputMode="numeric"
      autoComplete="off"
      size="md"
      value={pin.pin}
      onChange={pin.set}
    />
  );
}
