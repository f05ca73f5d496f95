import { Button, Divider, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconBuilding } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { API_BASE } from "@/api/client";
import { statusQuery } from "@/api/queries";
import { EntryPage } from "./EntryPage";
import { KeyForm } from "./KeyForm";
import { PasswordForm } from "./PasswordForm";
import { Setup } from "./Setup";

type Way = "password" | "key" | "setup";

/** The way in: staff by name and password or through the house's identity provider, programs' keys for those who hold one, and the first account of a new appliance. */
export function SignIn() {
  const { t } = useTranslation();
  const { data: status } = useQuery(statusQuery);
  const [chosen, choose] = useState<Way | null>(null);
  const isNew = status?.features.setup_open ?? false;
  const way = chosen ?? (isNew ? "setup" : "password");
  return (
    <EntryPage
      title={t(way === "setup" ? "login.setup_title" : "login.title")}
      lead={t(`login.${way}_lead`)}
      foot={status && t("login.version", { version: status.version })}
    >
      <SegmentedControl
        fullWidth
        aria-label={t("login.way")}
        value={way}
        onChange={(value) => choose(value as Way)}
        data={[
          ...(isNew ? [{ value: "setup", label: t("login.setup") }] : []),
          { value: "password", label: t("login.password_way") },
          { value: "key", label: t("login.key_way") },
        ]}
      />
      {way === "password" && <PasswordForm />}
      {way === "key" && <KeyForm />}
      {way === "setup" && <Setup />}
      {way === "password" && status?.features.oidc && (
        <>
          <Divider label={t("login.or")} />
          <Button
            component="a"
            href={`${API_BASE}/operators/oidc`}
            variant="default"
            size="md"
            leftSection={<IconBuilding size={18} stroke={1.6} aria-hidden />}
          >
            {t("login.oidc")}
          </Button>
        </>
      )}
    </EntryPage>
  );
}
