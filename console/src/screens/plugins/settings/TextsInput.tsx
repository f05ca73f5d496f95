import { Button, Input, Textarea } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import css from "./PluginSettings.module.css";

interface Props {
  id: string;
  label: ReactNode;
  description: ReactNode;
  error: string | undefined;
  typed: string[];
  onType: (typed: string[]) => void;
}

const ROWS_MAX = 8;

/** Several texts of several lines each, such as certificates. */
export function TextsInput({ id, label, description, error, typed, onType }: Props) {
  const { t } = useTranslation();
  return (
    <Input.Wrapper id={`${id}-all`} labelElement="div" label={label} description={description} error={error}>
      <div className={css.texts}>
        {typed.map((text, at) => (
          // Two may be the same text, so they are known by their place.
          <div key={at} className={css.text}>
            <Textarea
              {...(at === 0 && { id })}
              aria-label={t("plugins.item", { number: at + 1 })}
              dir="ltr"
              spellCheck={false}
              autosize
              minRows={2}
              maxRows={ROWS_MAX}
              value={text}
              onChange={(change) => onType(typed.with(at, change.currentTarget.value))}
            />
            <Button
              variant="default"
              aria-label={t("plugins.take_out", { number: at + 1 })}
              onClick={() => onType(typed.filter((_, other) => other !== at))}
            >
              <IconTrash size={18} stroke={1.6} aria-hidden />
            </Button>
          </div>
        ))}
        <div>
          <Button
            {...(typed.length === 0 && { id })}
            variant="default"
            leftSection={<IconPlus size={18} stroke={1.6} aria-hidden />}
            onClick={() => onType([...typed, ""])}
          >
            {t("plugins.put_in")}
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  );
}
