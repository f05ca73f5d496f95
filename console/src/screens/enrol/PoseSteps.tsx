import { IconArrowLeft, IconArrowRight, IconCheck, IconFocusCentered } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import css from "./PoseSteps.module.css";

const POSES = [
  { pose: "straight", icon: IconFocusCentered },
  { pose: "left", icon: IconArrowLeft },
  { pose: "right", icon: IconArrowRight },
];

/** The three views of a face, and which of them are taken. */
export function PoseSteps({ done, wanted }: { done: string[]; wanted: string[] }) {
  const { t } = useTranslation();
  return (
    <ol className={css.poses}>
      {POSES.map(({ pose, icon }) => {
        const state = done.includes(pose) ? "done" : wanted[0] === pose ? "now" : "open";
        const Icon = state === "done" ? IconCheck : icon;
        return (
          <li key={pose} data-state={state} aria-current={state === "now" ? "step" : undefined}>
            <Icon size={20} stroke={1.8} aria-hidden />
            <span>{t(`pose.${pose}`)}</span>
            {state === "done" && <span className="hidden">{t("enrol.taken")}</span>}
          </li>
        );
      })}
    </ol>
  );
}
