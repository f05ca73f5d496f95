import { Button } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useEvents } from "@/api/events";
import { useMay } from "@/session/session";
import css from "./SeveralFaces.module.css";

interface Face {
  track: number;
  box: [number, number, number, number];
}

const SHOWN_MS = 2_000;

interface Props {
  checkout: string;
  onChoose: (track: number) => void;
}

/** More than one person may be meant: ask them to step apart, or let staff say whose face pays. */
export function SeveralFaces({ checkout, onChoose }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const [faces, setFaces] = useState<Face[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEvents((event) => {
    if (event.type !== "checkout.several_faces" || event["checkout"] !== checkout) return;
    setFaces((event["tracks"] as Face[]).filter(({ track }) => track > 0));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setFaces([]), SHOWN_MS);
  });
  if (faces.length === 0) return null;
  const leftToRight = faces.toSorted((a, b) => a.box[0] - b.box[0]);
  return (
    <div className={css.several} role="alert">
      <p>{t("pay.several")}</p>
      {may("payments.return") && (
        <div className={css.faces}>
          {leftToRight.map(({ track }, place) => (
            <Button key={track} variant="default" onClick={() => onChoose(track)}>
              {t("pay.choose_face", { place: place + 1 })}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
