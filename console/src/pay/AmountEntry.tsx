import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { minorDigits, useFormat } from "@/i18n/format";
import css from "./AmountEntry.module.css";
import { CURRENCIES } from "./currencies";
import { Keypad } from "./Keypad";

const AMOUNT_MAX = 99_999_999;

interface Props {
  /** Whole minor units. */
  amount: number;
  currency: string;
  onAmount: (amount: number) => void;
  onCurrency: (currency: string) => void;
}

/** An amount, typed as on a till: each digit moves the others to the left. */
export function AmountEntry({ amount, currency, onAmount, onCurrency }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const type = (digit: string) => onAmount(Math.min(AMOUNT_MAX, amount * 10 + Number(digit)));
  const back = () => onAmount(Math.floor(amount / 10));
  return (
    <div className={css.entry}>
      <div className={css.head}>
        <output
          className={css.amount}
          data-none={amount === 0}
          tabIndex={0}
          aria-label={t("pay.amount_typed", { amount: format.money({ amount, currency }) })}
          onKeyDown={(event) => {
            if (/^\d$/.test(event.key)) type(event.key);
            else if (event.key === "Backspace") back();
          }}
        >
          {format.money({ amount, currency })}
        </output>
        <Select
          className={css.currency}
          aria-label={t("pay.currency")}
          data={CURRENCIES}
          value={currency}
          allowDeselect={false}
          onChange={(chosen) => {
            if (!chosen) return;
            onCurrency(chosen);
            if (minorDigits(chosen) !== minorDigits(currency)) onAmount(0);
          }}
        />
      </div>
      <Keypad label={t("pay.amount")} onDigit={type} onBack={back} />
    </div>
  );
}
