import { IconUserCheck, IconUserQuestion } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import css from "./Faces.module.css";
import { inFrame } from "./sightings";
import { useShape } from "./useShape";
import { useSightings } from "./useSightings";

/** The shape of a camera's frame, width by height, as CameraView.module.css has it. */
const FRAME = 4 / 3;
/** With less room than this above a face, what is said of it is below. */
const ROOM_MIN = 0.14;

const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

/** Where faces are before a camera, and whether the appliance knows them; who they are is in no event. Where the picture goes on, they do, too (`glide`). */
export function Faces({ camera, glide }: { camera: string; glide: boolean }) {
  const { t } = useTranslation();
  const sightings = useSightings(camera);
  const picture = useShape(camera);
  return (
    <ul className={css.faces} data-glide={glide}>
      {sightings.map(({ track, known, area }) => {
        const [left, top, width, height] = inFrame(area, picture, FRAME);
        const Icon = known ? IconUserCheck : IconUserQuestion;
        return (
          <li
            key={track}
            className={css.face}
            data-known={known}
            data-below={top < ROOM_MIN}
            style={{ left: percent(left), top: percent(top), width: percent(width), height: percent(height) }}
          >
            <span>
              <Icon size={16} aria-hidden />
              {t(known ? "live.known" : "live.stranger")}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
