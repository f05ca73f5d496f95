import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Mark } from "@/app/Mark";
import { Breath } from "./Breath";
import css from "./Kiosk.module.css";

/** Nobody pays just now. */
export function Attract({ camera, away }: { camera: ReactNode; away: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={css.attract}>
      <div className={css.words}>
        <Breath>
          <Mark size={72} />
        </Breath>
        <p className={css.huge}>{t(away ? "kiosk.away" : "kiosk.welcome")}</p>
        <p className={css.text}>{t(away ? "kiosk.away_text" : "kiosk.welcome_text")}</p>
      </div>
      <div className={css.picture}>{camera}</div>
    </div>
  );
}
