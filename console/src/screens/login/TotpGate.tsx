import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconLogout } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { TotpSetup } from "@/screens/account/TotpSetup";
import { signOut } from "@/session/entry";
import { EntryPage } from "./EntryPage";

/** A role that signs in with one-time codes does nothing before there is a device for them. */
export function TotpGate() {
  const { t } = useTranslation();
  const leave = useMutation({ mutationFn: signOut });
  return (
    <EntryPage
      title={t("totp.required")}
      lead={t("totp.required_text")}
      corner={
        <Button
          variant="subtle"
          loading={leave.isPending}
          leftSection={<IconLogout size={18} stroke={1.6} aria-hidden />}
          onClick={() => leave.mutate()}
        >
          {t("login.out")}
        </Button>
      }
    >
      <TotpSetup />
    </EntryPage>
  );
}
