import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PasswordField } from "@/kit/PasswordField";
import { PASSWORD_CHARS_MIN } from "@/session/password";

interface Props {
  name: string;
  password: string;
  /** The password is chosen here, not remembered. */
  fresh?: boolean;
  onName: (name: string) => void;
  onPassword: (password: string) => void;
}

/** Name and password of an account. */
export function AccountFields({ name, password, fresh = false, onName, onPassword }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t("login.name")}
        autoComplete="username"
        value={name}
        onChange={(change) => onName(change.currentTarget.value)}
        required
        size="md"
      />
      <PasswordField
        label={t("login.password")}
        description={fresh ? t("login.password_hint", { count: PASSWORD_CHARS_MIN }) : undefined}
        autoComplete={fresh ? "new-password" : "current-password"}
        minLength={fresh ? PASSWORD_CHARS_MIN : undefined}
        value={password}
        onChange={onPassword}
        required
        size="md"
      />
    </>
  );
}
