import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Keypad } from "./Keypad";
import css from "./PinEntry.module.css";

const DIGITS_MIN = 4;
const DIGITS_MAX = 12;

interface Props {
  shuffled: boolean;
  busy: boolean;
  onPin: (pin: string) => void;
}

/** Takes a PIN; it is held for as long as it is typed, and shown to nobody. */
export function PinEntry({ shuffled, busy, onPin }: Props) {
  const { t } = useTranslation();
  const [pin, setPin] = useState("");
  return (
    <form
      className={css.entry}
      onSubmit={(submit) => {
        submit.preventDefault();
        onPin(pin);
        setPin("");
      }}
    >
      <p className={css.dots} role="status" aria-label={t("pay.pin_typed", { count: pin.length })}>
        {Array.from({ length: Math.max(DIGITS_MIN, pin.length) }, (_, place) => (
          <i key={place} data-filled={place < pin.length} />
        ))}
      </p>
      <Keypad
        label={t("pay.pin")}
        shuffled={shuffled}
        disabled={busy}
        onDigit={(digit) => setPin((typed) => (typed + digit).slice(0, DIGITS_MAX))}
        onBack={() => setPin((typed) => typed.slice(0, -1))}
      />
      <Button type="submit" size="lg" fullWidth loading={busy} disabled={pin.length < DIGITS_MIN}>
        {t("pay.pin_send")}
      </Button>
    </form>
  );
}
