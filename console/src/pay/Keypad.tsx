import { IconBackspace } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import { digits } from "./keypad";
import css from "./Keypad.module.css";

interface Props {
  label: string;
  shuffled?: boolean;
  disabled?: boolean;
  onDigit: (digit: string) => void;
  onBack: () => void;
}

/** Ten digits and a way back, large enough for thumbs; a keyboard's digits work as well. */
export function Keypad({ label, shuffled = false, disabled = false, onDigit, onBack }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [order] = useState(() => digits(shuffled));
  return (
    <div
      className={css.pad}
      role="group"
      aria-label={label}
      dir="ltr"
      onKeyDown={(event) => {
        if (disabled) return;
        if (/^\d$/.test(event.key)) onDigit(event.key);
        else if (event.key === "Backspace") onBack();
      }}
    >
      {order.map((digit, place) => (
        <button
          key={digit}
          type="button"
          disabled={disabled}
          data-last={place === order.length - 1}
          onClick={() => onDigit(digit)}
        >
          {format.number(Number(digit))}
        </button>
      ))}
      <button type="button" disabled={disabled} onClick={onBack} aria-label={t("pay.back")}>
        <IconBackspace size={26} stroke={1.6} aria-hidden />
      </button>
    </div>
  );
}
