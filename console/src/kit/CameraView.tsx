import { IconCameraOff } from "@tabler/icons-react";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFeed } from "@/feed/useFeed";
import css from "./CameraView.module.css";

interface Props {
  camera: string;
  picturesPerSecondMax?: number;
  mode?: "stream" | "poll";
  /** The appliance itself says that its newest picture is old. */
  old?: boolean;
  /** Drawn over the picture. */
  children?: ReactNode;
}

/** What a camera sees now; grey and labelled as soon as it is not now any more. */
export function CameraView({ camera, picturesPerSecondMax = 10, mode = "stream", old = false, children }: Props) {
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const fed = useFeed({ camera, canvas, picturesPerSecondMax, mode });
  const state = old && fed === "fresh" ? "stale" : fed;
  return (
    <div className={css.view} data-state={state}>
      <canvas ref={canvas} width={640} height={480} role="img" aria-label={t("live.picture", { camera })} />
      {state === "waiting" && <IconCameraOff className={css.none} size={32} stroke={1.2} aria-hidden />}
      {state === "stale" && <p className={css.old}>{t("live.stale")}</p>}
      {children}
    </div>
  );
}
