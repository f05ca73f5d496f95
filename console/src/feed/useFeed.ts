import { type RefObject, useEffect, useState } from "react";
import { beat } from "./beat";
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
    let cameAt = 0;
    let newest: Uint8Array<ArrayBuffer> | null = null;

    const draw = async () => {
      const jpeg = newest;
      newest = null;
      if (!jpeg || document.hidden) return;
      const bitmap = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
      if (canvas.current && !ending.signal.aborted) paint(canvas.current, bitmap);
      setState("fresh");
    };

    const follow = async () => {
      while (!ending.signal.aborted) {
        try {
          const pictures =
            mode === "stream"
              ? streamed(camera, ending.signal)
              : polled(camera, 1000 / picturesPerSecondMax, ending.signal);
          for await (const picture of pictures) {
            cameAt = performance.now();
            newest = picture;
            // Asked for one by one, they come at their own pace.
            if (mode === "poll") await draw();
          }
        } catch {
          // The camera's state, which the tile shows, says why there are no pictures.
        }
        await pause(RETRY_MS, ending.signal);
      }
    };

    const watch = setInterval(() => {
      if (cameAt > 0 && performance.now() - cameAt > STALE_AFTER_MS) setState("stale");
    }, 250);
    // A picture that is damaged is followed by another.
    const beats = () => void draw().catch(() => undefined);
    const still = mode === "stream" ? beat.every(1000 / picturesPerSecondMax, beats) : () => undefined;
    void follow();
    return () => {
      ending.abort();
      still();
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
  // The bitmap becomes the canvas: nothing is copied.
  canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(bitmap);
}
