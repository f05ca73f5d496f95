import { ActionIcon, NumberInput } from "@mantine/core";
import { IconMinus, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { minorDigits, useFormat } from "@/i18n/format";
import css from "./SplitEditor.module.css";
import { parts, PAYERS_MAX, PAYERS_MIN, type SplitKind } from "./split";

interface Props {
  kind: SplitKind;
  amount: number;
  currency: string;
  payers: number;
  /** Minor units or shares, by place. */
  values: number[];
  onPayers: (payers: number) => void;
  onValues: (values: number[]) => void;
}

/** Who pays how much: one line for each, and what is left to share out. */
export function SplitEditor({ kind, amount, currency, payers, values, onPayers, onValues }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const digits = minorDigits(currency);
  const scale = kind === "amounts" ? 10 ** digits : 1;
  const given = values.slice(0, payers);
  const shown = kind === "amounts" ? given : parts(amount, kind === "equal" ? given.map(() => 1) : given);
  const left = amount - shown.reduce((sum, part) => sum + part, 0);
  const set = (place: number, value: number) => onValues(values.with(place, value));
  const start = () => {
    if (kind === "amounts") onValues([...parts(amount, given.map(() => 1)), ...values.slice(payers)]);
  };

  return (
    <div className={css.editor}>
      <div className={css.count}>
        <span id="payers">{t("group.payers")}</span>
        <div role="group" aria-labelledby="payers">
          <ActionIcon
            variant="default"
            size="xl"
            aria-label={t("group.fewer")}
            disabled={payers <= PAYERS_MIN}
            onClick={() => onPayers(payers - 1)}
          >
            <IconMinus size={18} />
          </ActionIcon>
          <output>{format.number(payers)}</output>
          <ActionIcon
            variant="default"
            size="xl"
            aria-label={t("group.more")}
            disabled={payers >= PAYERS_MAX}
            onClick={() => onPayers(payers + 1)}
          >
            <IconPlus size={18} />
          </ActionIcon>
        </div>
      </div>
      <ol className={css.parts}>
        {shown.map((part, place) => (
          <li key={place}>
            <span>{t("group.person", { number: place + 1 })}</span>
            {kind !== "equal" && (
              <NumberInput
                className={css.value}
                aria-label={t(kind === "amounts" ? "group.part_of" : "group.share_of", { number: place + 1 })}
                value={(values[place] ?? 0) / scale}
                min={0}
                decimalScale={kind === "amounts" ? digits : 0}
                fixedDecimalScale={kind === "amounts"}
                hideControls={kind === "amounts"}
                onChange={(value) => set(place, Math.round(Number(value) * scale))}
              />
            )}
            {kind !== "amounts" && <b className="number">{format.money({ amount: part, currency })}</b>}
          </li>
        ))}
      </ol>
      {kind === "amounts" && (
        <p className={css.left} data-done={left === 0} role="status">
          {left === 0 ? t("group.adds_up") : t("group.left", { amount: format.money({ amount: left, currency }) })}
          {left !== 0 && (
            <button type="button" onClick={start}>
              {t("group.share_out")}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
