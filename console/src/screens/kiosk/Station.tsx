import { AnimatePresence } from "motion/react";
import * as m from "motion/react-m";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { events } from "@/api/events";
import { speak } from "@/i18n/i18n";
import { CameraView } from "@/kit/CameraView";
import { LanguageMenu } from "@/screens/login/LanguageMenu";
import { useGrant } from "@/session/session";
import { Attract } from "./Attract";
import type { KioskConfig } from "./config";
import { Exit } from "./Exit";
import css from "./Kiosk.module.css";
import { Otherwise } from "./Otherwise";
import { OwnCamera } from "./OwnCamera";
import { Payment } from "./Payment";
import { useCurrentCheckout } from "./useCurrentCheckout";
import { useWakeLock } from "./useWakeLock";

/** How long a language that a payer chose stays when nobody pays. */
const LANGUAGE_KEPT_MS = 30_000;

interface Props {
  config: KioskConfig;
  onExit: () => void;
}

/** A kiosk at work: it waits, and serves one payer after the other. */
export function Station({ config, onExit }: Props) {
  const { t, i18n } = useTranslation();
  const { id, error, leave } = useCurrentCheckout(config.camera);
  const [otherwise, setOtherwise] = useState(false);
  const mayHearAll = useGrant()?.permissions?.includes("system.read") ?? true;
  useWakeLock();
  useEffect(() => {
    if (mayHearAll) return;
    events.at(config.camera);
    return () => events.at(null);
  }, [mayHearAll, config.camera]);
  useEffect(() => {
    if (id) setOtherwise(false);
  }, [id]);

  useEffect(() => {
    if (id) return;
    const timer = setTimeout(() => void speak(config.language), LANGUAGE_KEPT_MS);
    return () => clearTimeout(timer);
  }, [id, config.language, i18n.language]);

  const camera = config.source === "own" ? <OwnCamera camera={config.camera} /> : <CameraView camera={config.camera} />;
  return (
    <main className={css.kiosk}>
      <h1 className="hidden">{t("kiosk.title")}</h1>
      <header className={css.top}>
        <Exit lock={config.exit} onExit={onExit} />
        <LanguageMenu size="lg" />
      </header>
      <AnimatePresence mode="wait">
        <m.div
          key={otherwise ? "otherwise" : (id ?? "attract")}
          className={css.scene}
          initial={{ opacity: 0, y: 12 }}
          animate={{ opacity: 1, y: 0 }}
          exit={{ opacity: 0, y: -12 }}
          transition={{ duration: 0.28, ease: [0.2, 0.7, 0.2, 1] }}
        >
          {otherwise && <Otherwise onDone={() => setOtherwise(false)} />}
          {!otherwise && id && (
            <Payment
              id={id}
              camera={camera}
              onOtherwise={() => {
                leave();
                setOtherwise(true);
              }}
            />
          )}
          {!otherwise && !id && <Attract camera={camera} away={Boolean(error)} />}
        </m.div>
      </AnimatePresence>
    </main>
  );
}
