import { beat } from "./beat";
import { pause, snapshot, streamed } from "./pictures";

const RETRY_MS = 1_500;

/** Where a camera's pictures go. */
export interface Screen {
  /** Whether anybody can see it now. */
  isWatched: () => boolean;
  /** How wide a picture is shown, in its own pixels. */
  widthPx: () => number;
  /** A picture is here, whether it is shown or not. */
  came: () => void;
  show: (picture: Blob) => Promise<void>;
}

/** Follows every picture of a camera, and shows the newest at each beat. */
export function followStream(camera: string, everyMs: number, screen: Screen, signal: AbortSignal): void {
  let newest: Uint8Array<ArrayBuffer> | null = null;
  const draw = () => {
    if (!newest || !screen.isWatched()) return;
    const picture = new Blob([newest], { type: "image/jpeg" });
    newest = null;
    // A picture that is damaged is followed by another.
    void screen.show(picture).catch(() => undefined);
  };
  signal.addEventListener("abort", beat.every(everyMs, draw), { once: true });

  const follow = async () => {
    while (!signal.aborted) {
      try {
        for await (newest of streamed(camera, signal)) screen.came();
      } catch {
        // The camera's state, which the tile shows, says why there are no pictures.
      }
      await pause(RETRY_MS, signal);
    }
  };
  void follow();
}

/** Asks for a picture at each beat: of many cameras, those that are not shown need not even come. */
export function followSnapshots(camera: string, everyMs: number, screen: Screen, signal: AbortSignal): void {
  let isBusy = false;
  let last = new Uint8Array();
  const ask = async () => {
    if (isBusy || !screen.isWatched()) return;
    isBusy = true;
    try {
      const bytes = await snapshot(camera, screen.widthPx());
      // A camera that stands still gives its last picture again and again: that one has not come anew.
      if (bytes && !same(bytes, last) && !signal.aborted) {
        last = bytes;
        screen.came();
        await screen.show(new Blob([bytes], { type: "image/jpeg" }));
      }
    } catch {
      await pause(RETRY_MS, signal);
    }
    isBusy = false;
  };
  signal.addEventListener("abort", beat.every(everyMs, () => void ask()), { once: true });
  void ask();
}

function same(bytes: Uint8Array, others: Uint8Array): boolean {
  return bytes.length === others.length && bytes.every((byte, place) => byte === others[place]);
}
