import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { STALE_AFTER_MS } from "@/feed/useFeed";
import { useFormat } from "@/i18n/format";
import { CameraView } from "@/kit/CameraView";
import { StateBadge } from "@/kit/StateBadge";
import { Boxes } from "./Boxes";
import { Faces } from "./Faces";
import css from "./Tile.module.css";

interface Props {
  camera: Wire<"Camera">;
  mode: "stream" | "poll";
  picturesPerSecondMax: number;
}

/** Above this, a picture is too old to pay by. */
const AGE_MS_GOOD = 500;

export function Tile({ camera, mode, picturesPerSecondMax }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { health } = camera;
  const age = health.frame_age_ms;
  return (
    <article className={css.tile} aria-label={camera.name}>
      <CameraView
        camera={camera.id}
        mode={mode}
        picturesPerSecondMax={picturesPerSecondMax}
        old={(age ?? 0) > STALE_AFTER_MS}
      >
        <Boxes camera={camera.id} />
        <Faces camera={camera.id} glide={mode === "stream"} />
        {health.state !== "live" && health.reason && <p className={css.reason}>{health.reason}</p>}
      </CameraView>
      <footer className={css.foot}>
        <div className={css.name}>
          <b>{camera.id}</b>
          <span dir="auto">{camera.name}</span>
        </div>
        <span className={css.figure} data-late={(age ?? Infinity) > AGE_MS_GOOD} title={t("live.age")}>
          {age == null ? "–" : format.span(age)}
        </span>
        <span className={css.figure} title={t("live.fps")}>
          {t("live.per_second", { fps: format.number(health.fps) })}
        </span>
        <StateBadge state={health.state} />
      </footer>
    </article>
  );
}
