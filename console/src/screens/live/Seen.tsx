import { IconUserCheck, IconUserQuestion } from "@tabler/icons-react";
import { AnimatePresence } from "motion/react";
import * as m from "motion/react-m";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useEvents } from "@/api/events";
import css from "./Seen.module.css";

const SHOWN_MS = 2_500;

/** Whether somebody stands there, and whether the appliance knows them; who they are is in no event. */
export function Seen({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const [known, setKnown] = useState<boolean | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEvents((event) => {
    if (event.type !== "sighting" || event["camera"] !== camera) return;
    setKnown(event["known"] === true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setKnown(null), SHOWN_MS);
  });
  const Icon = known ? IconUserCheck : IconUserQuestion;
  return (
    <AnimatePresence>
      {known !== null && (
        <m.p
          key={String(known)}
          className={css.seen}
          data-known={known}
          initial={{ opacity: 0, y: -4 }}
          animate={{ opacity: 1, y: 0 }}
          exit={{ opacity: 0 }}
          transition={{ duration: 0.2 }}
        >
          <Icon size={16} aria-hidden />
          {t(known ? "live.known" : "live.stranger")}
        </m.p>
      )}
    </AnimatePresence>
  );
}
