import { IconUserCheck, IconUserQuestion } from "@tabler/icons-react";
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
  if (known === null) return null;
  const Icon = known ? IconUserCheck : IconUserQuestion;
  return (
    <p className={css.seen} data-known={known}>
      <Icon size={16} aria-hidden />
      {t(known ? "live.known" : "live.stranger")}
    </p>
  );
}
