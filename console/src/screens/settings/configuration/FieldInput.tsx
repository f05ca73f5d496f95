import { NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { type Field, shown, type Value } from "./fields";

interface Props {
  field: Field;
  value: Value;
  onChange: (value: Value) => void;
}

/** The control that fits what a setting may hold. */
export function FieldInput({ field, value, onChange }: Props) {
  const name = { "aria-label": field.key };
  switch (field.kind) {
    case "switch":
      return <Switch {...name} checked={value === true} onChange={(change) => onChange(change.currentTarget.checked)} />;
    case "whole":
    case "number":
      return (
        <NumberInput
          {...name}
          value={value as number}
          allowDecimal={field.kind === "number"}
          hideControls
          dir="ltr"
          onChange={(typed) => typeof typed === "number" && onChange(typed)}
        />
      );
    case "choice":
      return (
        <Select {...name} data={field.choices} value={String(value)} allowDeselect={false} onChange={(chosen) => chosen && onChange(chosen)} />
      );
    case "list":
      return (
        <TextInput
          {...name}
          dir="ltr"
          defaultValue={(value as string[]).join(", ")}
          onBlur={(left) => onChange(left.currentTarget.value.split(",").map((one) => one.trim()).filter(Boolean))}
        />
      );
    case "text":
      return <TextInput {...name} dir="ltr" value={String(value)} onChange={(typed) => onChange(typed.currentTarget.value)} />;
    case "fixed":
      return (
        <code dir="ltr" title={shown(value)}>
          {shown(value)}
        </code>
      );
  }
}
