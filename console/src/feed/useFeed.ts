import { type RefObject, useEffect, useState } from "react";
import { pause, polled, streamed } from "./pictures";

export type FeedState = "waiting" | "fresh" | "stale";

/** A picture older than this is shown as what it is: old. */
export const STALE_AFTER_MS = 1_000;
const RETRY_MS = 1_500;

interface Options {
  camera: string;
  canvas: RefObject<HTMLCanvasElement | null>;
  picturesPerSecondMax: number;
  mode: "stream" | "poll";
}

/** Draws a camera's pictures onto a canvas, the newest only, and says whether they are fresh. */
export function useFeed({ camera, canvas, picturesPerSecondMax, mode }: Options): FeedState {
  const [state, setState] = useState<FeedState>("waiting");

  useEffect(() => {
    const ending = new AbortController();
    let drawnAt = 0;
    let cameAt = 0;

    const draw = async (jpeg: Uint8Array<ArrayBuffer>) => {
      const now = performance.now();
      cameAt = now;
      if (now - drawnAt < 1000 / picturesPerSecondMax || document.hidden) return;
      drawnAt = now;
      const bitmap = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
      if (canvas.current && !ending.signal.aborted) paint(canvas.current, bitmap);
      bitmap.close();
      setState("fresh");
    };

    const follow = async () => {
      while (!ending.signal.aborted) {
        try {
          const pictures =
            mode === "stream"
              ? streamed(camera, ending.signal)
              : polled(camera, 1000 / picturesPerSecondMax, ending.signal);
          for await (const picture of pictures) await draw(picture);
        } catch {
          // The camera's state, which the tile shows, says why there are no pictures.
        }
        await pause(RETRY_MS, ending.signal);
      }
    };

    const watch = setInterval(() => {
      if (cameAt > 0 && performance.now() - cameAt > STALE_AFTER_MS) setState("stale");
    }, 250);
    void follow();
    return () => {
      ending.abort();
      clearInterval(watch);
    };
  }, [camera, canvas, picturesPerSecondMax, mode]);

  return state;
}

function paint(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
}
