import {
  IconArrowBigLeft,
  IconArrowBigRight,
  IconArrowsVertical,
  IconEyeClosed,
  IconMoodSmile,
  type TablerIcon,
} from "@tabler/icons-react";
import { AnimatePresence } from "motion/react";
import * as m from "motion/react-m";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import css from "./Prompt.module.css";

// The picture is a mirror for who looks into it: their left is on its left.
const GESTURES: Record<string, TablerIcon> = {
  blink: IconEyeClosed,
  turn_left: IconArrowBigLeft,
  turn_right: IconArrowBigRight,
  nod: IconArrowsVertical,
  smile: IconMoodSmile,
};

/** What the payer is asked to do before the camera, one thing at a time. */
export function Prompt({ challenge }: { challenge: Wire<"Challenge"> | null | undefined }) {
  const { t } = useTranslation();
  const gesture = challenge?.phase === "prompt" ? challenge.gesture : null;
  const failed = challenge?.phase === "failed";
  const Icon = (gesture && GESTURES[gesture]) || IconMoodSmile;
  return (
    <div className={css.prompt} role="status">
      <AnimatePresence mode="wait">
        {gesture && (
          <m.p
            key={`${challenge?.nonce}-${challenge?.number}`}
            initial={{ opacity: 0, scale: 0.94 }}
            animate={{ opacity: 1, scale: 1 }}
            exit={{ opacity: 0 }}
            transition={{ duration: 0.18 }}
          >
            <Icon size={44} stroke={1.4} aria-hidden />
            <span>{t(`gesture.${gesture}`)}</span>
            <small>{t("pay.gesture_of", { number: challenge?.number, count: challenge?.count })}</small>
          </m.p>
        )}
        {failed && (
          <p key="failed">
            <span>{t("pay.gesture_failed", { count: challenge?.tries_left })}</span>
          </p>
        )}
      </AnimatePresence>
    </div>
  );
}
