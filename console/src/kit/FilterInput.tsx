import { TextInput, type TextInputProps } from "@mantine/core";

interface Props extends Omit<TextInputProps, "value" | "defaultValue" | "onChange"> {
  value: string | undefined;
  onCommit: (value: string) => void;
}

/** A text by which a list is filtered: not at every letter, since each would be another question to the appliance. */
export function FilterInput({ value = "", onCommit, ...input }: Props) {
  const commit = (typed: string) => {
    if (typed.trim() !== value) onCommit(typed.trim());
  };
  return (
    <TextInput
      {...input}
      // One that is changed from elsewhere, as by the address, begins anew.
      key={value}
      defaultValue={value}
      onBlur={(left) => commit(left.currentTarget.value)}
      onKeyDown={(pressed) => {
        if (pressed.key === "Enter") commit(pressed.currentTarget.value);
      }}
    />
  );
}
