import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props extends Omit<PasswordInputProps, "onChange" | "visibilityToggleButtonProps"> {
  onChange: (text: string) => void;
}

/** A secret that is typed, and seen when its eye is pressed. */
export function PasswordField({ onChange, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      {...rest}
      onChange={(change) => onChange(change.currentTarget.value)}
      visibilityToggleButtonProps={{ "aria-label": t("login.show_password") }}
    />
  );
}
