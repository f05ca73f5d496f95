import { type RefObject, useEffect, useState } from "react";
import { type Found, SIDE } from "./blazeface";

const EVERY_MS = 120;

/** A face in a video of four to three, as shares of the video. */
export type Guide = [x: number, y: number, width: number, height: number] | null;

// The picture lies in the middle of the square, with bars above and below.
const HEIGHT = (SIDE * 3) / 4;
const BAR = (SIDE - HEIGHT) / 2;

/** Where this browser itself sees a face: it guides the payer at once. The appliance looks again, and decides. */
export function useGuide(video: RefObject<HTMLVideoElement | null>, active: boolean): Guide {
  const [guide, setGuide] = useState<Guide>(null);
  useEffect(() => {
    if (!active) return;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const canvas = new OffscreenCanvas(SIDE, SIDE);
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      const element = video.current;
      if (!element || element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
        timer = setTimeout(look, EVERY_MS);
        return;
      }
      context.drawImage(element, 0, BAR, SIDE, HEIGHT);
      worker.postMessage(context.getImageData(0, 0, SIDE, SIDE).data);
    };
    worker.onmessage = ({ data }: MessageEvent<Found | null>) => {
      setGuide(data && inVideo(data.box));
      timer = setTimeout(look, EVERY_MS);
    };
    look();
    return () => {
      clearTimeout(timer);
      worker.terminate();
    };
  }, [video, active]);
  return guide;
}

export function inVideo([x, y, width, height]: Found["box"]): [number, number, number, number] {
  const scale = SIDE / HEIGHT;
  return [x, (y - BAR / SIDE) * scale, width, height * scale];
}
