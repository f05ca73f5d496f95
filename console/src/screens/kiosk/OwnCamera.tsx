import { IconCameraOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useGuide } from "@/guide/useGuide";
import css from "./OwnCamera.module.css";
import { PICTURE } from "./picture-sender";
import { useOwnCamera } from "./useOwnCamera";

/** This device's camera as a mirror, with what the appliance says of the face in it. */
export function OwnCamera({ camera }: { camera: string }) {
  const { t, i18n } = useTranslation();
  const { video, faces, state } = useOwnCamera(camera);
  const guide = useGuide(video, state === "connecting" || state === "sending");
  const reason = faces[0]?.reasons.find((reason) => i18n.exists(`advice.${reason}`));
  return (
    <div className={css.own}>
      <video ref={video} autoPlay muted playsInline aria-label={t("live.picture", { camera })} />
      <svg viewBox={`0 0 ${PICTURE.width} ${PICTURE.height}`} aria-hidden>
        {guide && (
          // Mirrored, as the picture is; where by this browser, whether it is good by the appliance.
          <rect
            x={(1 - guide[0] - guide[2]) * PICTURE.width}
            y={guide[1] * PICTURE.height}
            width={guide[2] * PICTURE.width}
            height={guide[3] * PICTURE.height}
            rx={18}
            data-good={faces[0]?.reasons.length === 0}
          />
        )}
      </svg>
      <p className={css.advice} role="status">
        {reason && <span>{t(`advice.${reason}`)}</span>}
      </p>
      {state !== "sending" && (
        <p className={css.state}>
          {state === "refused" && <IconCameraOff size={36} stroke={1.2} aria-hidden />}
          {t(`kiosk.camera_${state}`)}
        </p>
      )}
    </div>
  );
}
