import { TextInput, type TextInputProps } from "@mantine/core";

const DIGITS = 6;

interface Props extends Omit<TextInputProps, "onChange"> {
  onChange: (code: string) => void;
}

/** A one-time code of six digits; spaces that are pasted with it are left out. */
export function CodeField({ onChange, ...rest }: Props) {
  return (
    <TextInput
      {...rest}
      inputMode="numeric"
      autoComplete="one-time-code"
      dir="ltr"
      onChange={(change) => onChange(change.currentTarget.value.replace(/\s/g, "").slice(0, DIGITS))}
    />
  );
}

export function isCode(text: string): boolean {
  return new RegExp(`^\\d{${DIGITS}}$`).test(text);
}
