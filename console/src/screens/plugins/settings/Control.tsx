import { NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { choices, type Field } from "./form";
import { Origin } from "./Origin";
import { TextsInput } from "./TextsInput";
import type { Typed } from "./typed";

interface Props {
  id: string;
  field: Field;
  typed: Typed;
  /** Why what was typed can't be meant. */
  error: string | undefined;
  onType: (typed: Typed) => void;
}

const ROWS_MAX = 10;

/** The control that fits what a setting may hold, with what the plugin says of it. */
export function Control({ id, field, typed, error, onType }: Props) {
  const { t } = useTranslation();
  const { kind, schema, hidden } = field;
  const common = { id, label: <bdi>{field.title}</bdi>, description: <Origin field={field} />, error };
  const text = {
    ...common,
    dir: "ltr",
    autoComplete: "off",
    spellCheck: false,
    ...(hidden && { placeholder: t("plugins.hidden") }),
    value: String(typed),
    onChange: (change: { currentTarget: { value: string } }) => onType(change.currentTarget.value),
  } as const;
  switch (kind) {
    case "switch":
      return <Switch {...common} checked={typed === true} onChange={(change) => onType(change.currentTarget.checked)} />;
    case "whole":
    case "number":
      return (
        <NumberInput
          {...common}
          dir="ltr"
          hideControls
          allowDecimal={kind === "number"}
          clampBehavior="none"
          {...(hidden && { placeholder: t("plugins.hidden") })}
          value={String(typed)}
          onChange={(now) => onType(String(now))}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          data={choices(schema).map((one) => ({ value: JSON.stringify(one), label: String(one) }))}
          value={typed === "" ? null : String(typed)}
          allowDeselect={false}
          onChange={(now) => now !== null && onType(now)}
        />
      );
    case "list":
      return (
        <TagsInput
          {...common}
          dir="ltr"
          data={(schema.items?.enum ?? []).map(String)}
          acceptValueOnBlur
          allowDuplicates
          value={typed as string[]}
          onChange={onType}
          clearButtonProps={{ "aria-label": t("common.clear") }}
        />
      );
    case "texts":
      return <TextsInput {...common} typed={typed as string[]} onType={onType} />;
    case "long":
    case "json":
      return <Textarea {...text} autosize minRows={3} maxRows={ROWS_MAX} />;
    case "text":
    case "secret":
      return <TextInput {...text} />;
  }
}
