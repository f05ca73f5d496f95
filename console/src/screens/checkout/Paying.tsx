import { Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import css from "./Till.module.css";

export function Paying() {
  const { t } = useTranslation();
  return (
    <div className={css.centre} role="status">
      <Loader size="lg" color="ink" />
      <p className={css.say}>{t("pay.paying")}</p>
    </div>
  );
}
