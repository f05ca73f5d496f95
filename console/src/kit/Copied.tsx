import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useClipboard } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import css from "./Copied.module.css";

interface Props {
  text: string;
  /** What it is, before it. */
  label?: string;
  /** Show only this many characters of its end, where ids differ. */
  short?: number;
}

/** A text that a click copies: an id, a digest, a key. */
export function Copied({ text, label, short }: Props) {
  const { t } = useTranslation();
  const clipboard = useClipboard({ timeout: 1500 });
  const Icon = clipboard.copied ? IconCheck : IconCopy;
  const shown = short && text.length > short ? `…${text.slice(-short)}` : text;
  return (
    <button
      type="button"
      className={css.copied}
      title={text}
      onClick={(click) => {
        click.stopPropagation();
        clipboard.copy(text);
      }}
    >
      <span className="hidden">{t("common.copy", { what: label ?? "" })}</span>
      {label && (
        <span className={css.label} aria-hidden>
          {label}
        </span>
      )}
      <code dir="ltr">{shown}</code>
      <Icon size={14} aria-hidden />
    </button>
  );
}
