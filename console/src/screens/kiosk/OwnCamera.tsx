import { IconCameraOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import css from "./OwnCamera.module.css";
import { PICTURE } from "./picture-sender";
import { useOwnCamera } from "./useOwnCamera";

/** This device's camera as a mirror, with what the appliance says of the face in it. */
export function OwnCamera({ camera }: { camera: string }) {
  const { t, i18n } = useTranslation();
  const { video, faces, state } = useOwnCamera(camera);
  const reason = faces[0]?.reasons.find((reason) => i18n.exists(`advice.${reason}`));
  return (
    <div className={css.own}>
      <video ref={video} autoPlay muted playsInline aria-label={t("live.picture", { camera })} />
      <svg viewBox={`0 0 ${PICTURE.width} ${PICTURE.height}`} aria-hidden>
        {faces.map(({ box: [x, y, width, height], reasons }) => (
          // Mirrored, as the picture is.
          <rect
            key={`${x} ${y}`}
            x={PICTURE.width - x - width}
            y={y}
            width={width}
            height={height}
            rx={18}
            data-good={reasons.length === 0}
          />
        ))}
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
