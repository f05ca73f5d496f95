import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Mark } from "@/app/Mark";
import { statusQuery } from "@/api/queries";
import { KeyForm } from "./KeyForm";
import { LanguageMenu } from "./LanguageMenu";
import { PasswordForm } from "./PasswordForm";
import { Setup } from "./Setup";
import css from "./SignIn.module.css";

type Way = "password" | "key" | "setup";

/** The way in: staff by name and password, programs' keys for those who hold one, and the first key of a new appliance. */
export function SignIn() {
  const { t } = useTranslation();
  const { data: status } = useQuery(statusQuery);
  const [chosen, choose] = useState<Way | null>(null);
  const isNew = status?.features.setup_open ?? false;
  const way = chosen ?? (isNew ? "setup" : "password");

  useEffect(() => {
    document.title = `${t("login.title")} · FacePay`;
  }, [t]);

  return (
    <main className={css.page}>
      <div className={css.top}>
        <LanguageMenu />
      </div>
      <div className={css.box}>
        <Mark size={40} />
        <h1 className={css.title}>{t(way === "setup" ? "login.setup_title" : "login.title")}</h1>
        <p className={css.lead}>{t(`login.${way}_lead`)}</p>
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
      </div>
      <p className={css.foot}>{status ? t("login.version", { version: status.version }) : " "}</p>
    </main>
  );
}
