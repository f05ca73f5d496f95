import { useRef, useState } from "react";
import { useEvents } from "@/api/events";
import css from "./Boxes.module.css";
import { useShape } from "./useShape";

interface Box {
  track: number;
  /** x, y, width, height, each a share of the picture. */
  box: [number, number, number, number];
}

const SHOWN_MS = 1_500;
/** How high the picture is to whoever draws on it. */
const HEIGHT = 480;

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
  const width = HEIGHT * useShape(camera);
  return (
    // Fills the frame as the picture does.
    <svg className={css.boxes} viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="xMidYMid slice" aria-hidden>
      {boxes.map(({ track, box: [x, y, wide, high] }) => (
        <rect key={track} x={x * width} y={y * HEIGHT} width={wide * width} height={high * HEIGHT} />
      ))}
    </svg>
  );
}
