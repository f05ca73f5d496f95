import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useEvents } from "@/api/events";
import { camerasQuery } from "@/api/queries";
import css from "./Boxes.module.css";

interface Box {
  track: number;
  /** x, y, width, height, each a share of the picture. */
  box: [number, number, number, number];
}

const SHOWN_MS = 1_500;

/** The faces between which a till has to choose, as the appliance names them. */
export function Boxes({ camera }: { camera: string }) {
  const [boxes, setBoxes] = useState<Box[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEvents((event) => {
    if (event.type !== "checkout.several_faces" || event["camera"] !== camera) return;
    setBoxes(event["tracks"] as Box[]);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setBoxes([]), SHOWN_MS);
  });
  const health = useQuery(camerasQuery).data?.items.find(({ id }) => id === camera)?.health;
  const [pictureWidth, pictureHeight] = [health?.width || 640, health?.height || 480];
  return (
    // Fills the frame as the picture does.
    <svg className={css.boxes} viewBox={`0 0 ${pictureWidth} ${pictureHeight}`} preserveAspectRatio="xMidYMid slice" aria-hidden>
      {boxes.map(({ track, box: [x, y, width, height] }) => (
        <rect
          key={track}
          x={x * pictureWidth}
          y={y * pictureHeight}
          width={width * pictureWidth}
          height={height * pictureHeight}
        />
      ))}
    </svg>
  );
}
