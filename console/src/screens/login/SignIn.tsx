import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { statusQuery } from "@/api/queries";
import { EntryPage } from "./EntryPage";
import { KeyForm } from "./KeyForm";
import { PasswordForm } from "./PasswordForm";
import { Setup } from "./Setup";

type Way = "password" | "key" | "setup";

/** The way in: staff by name and password, programs' keys for those who hold one, and the first account of a new appliance. */
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
    </EntryPage>
  );
}
