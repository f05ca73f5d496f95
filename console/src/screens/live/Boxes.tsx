import { useRef, useState } from "react";
import { useEvents } from "@/api/events";
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
  return (
    <svg className={css.boxes} viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden>
      {boxes.map(({ track, box: [x, y, width, height] }) => (
        <rect key={track} x={x} y={y} width={width} height={height} />
      ))}
    </svg>
  );
}
