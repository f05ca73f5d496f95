import { Button } from "@mantine/core";
import { IconHeartHandshake } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import css from "./Kiosk.module.css";

const SHOWN_MS = 20_000;

/** Nobody has to pay by their face: staff takes the payment another way. */
export function Otherwise({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  useEffect(() => {
    const timer = setTimeout(onDone, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [onDone]);
  return (
    <div className={css.done} role="status">
      <IconHeartHandshake size={120} stroke={1} aria-hidden />
      <p className={css.huge}>{t("kiosk.staff")}</p>
      <p className={css.text}>{t("kiosk.staff_text")}</p>
      <Button size="xl" variant="default" onClick={onDone}>
        {t("kiosk.ok")}
      </Button>
    </div>
  );
}
