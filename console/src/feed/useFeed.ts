import { type RefObject, useEffect, useState } from "react";
import { beat } from "./beat";
import { followSnapshots, followStream } from "./follow";
import { shownPx } from "./shown";
import { together } from "./together";

export type FeedState = "waiting" | "fresh" | "stale";

/** A picture older than this is shown as what it is: old. */
export const STALE_AFTER_MS = 1_000;
const LOOK_EVERY_MS = 250;
/** Cameras this near to the part of the page that is in view are followed already. */
const MARGIN = "200px";

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
    let isInView = true;
    let frame = { width: 0, height: 0 };

    const show = async (picture: Blob) => {
      const bitmap = await createImageBitmap(picture);
      together(() => {
        if (!canvas.current || ending.signal.aborted) return bitmap.close();
        paint(canvas.current, bitmap);
        setState("fresh");
      });
    };
    const screen = {
      isWatched: () => isInView && !document.hidden,
      widthPx: () => shownPx(frame, canvas.current ?? { width: 4, height: 3 }, devicePixelRatio),
      came: () => {
        cameAt = performance.now();
      },
      show,
    };

    const seen = new IntersectionObserver(([entry]) => (isInView = entry?.isIntersecting ?? true), { rootMargin: MARGIN });
    const sized = new ResizeObserver(([entry]) => (frame = entry?.contentRect ?? frame));
    if (canvas.current) {
      seen.observe(canvas.current);
      sized.observe(canvas.current);
      frame = canvas.current.getBoundingClientRect();
    }
    const still = beat.every(LOOK_EVERY_MS, () => {
      if (cameAt > 0 && performance.now() - cameAt > STALE_AFTER_MS) setState("stale");
    });
    const follow = mode === "stream" ? followStream : followSnapshots;
    follow(camera, 1000 / picturesPerSecondMax, screen, ending.signal);
    return () => {
      ending.abort();
      seen.disconnect();
      sized.disconnect();
      still();
    };
  }, [camera, canvas, picturesPerSecondMax, mode]);

  return state;
}

function paint(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  // The bitmap becomes the canvas: nothing is copied, and nothing shines through it.
  canvas.getContext("bitmaprenderer", { alpha: false })?.transferFromImageBitmap(bitmap);
}
