import { socketUrl } from "@/api/events";
import { session } from "@/session/session";

export const PICTURE = { width: 640, height: 480 };
const EVERY_MS = 100;
const RETRY_MS = 2_000;
const QUALITY = 0.92;

export interface SeenFace {
  /** x, y, width, height in pixels of the picture. */
  box: [number, number, number, number];
  reasons: string[];
}

/** Sends a video's pictures to the appliance, the newest only, and tells what it sees in them. */
export class PictureSender {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setInterval>;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #canvas = new OffscreenCanvas(PICTURE.width, PICTURE.height);
  #busy = false;
  readonly #video: HTMLVideoElement;
  readonly #camera: string;
  readonly #onFaces: (faces: SeenFace[]) => void;
  readonly #onOpen: (open: boolean) => void;

  constructor(
    video: HTMLVideoElement,
    camera: string,
    onFaces: (faces: SeenFace[]) => void,
    onOpen: (open: boolean) => void,
  ) {
    this.#video = video;
    this.#camera = camera;
    this.#onFaces = onFaces;
    this.#onOpen = onOpen;
    this.#open();
    this.#timer = setInterval(() => void this.#send(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #open(): void {
    const path = `/ws/face-recognition?camera=${encodeURIComponent(this.#camera)}`;
    const socket = new WebSocket(socketUrl(path), session.protocols());
    this.#socket = socket;
    socket.onopen = () => this.#onOpen(true);
    socket.onmessage = ({ data }) => {
      const told = JSON.parse(String(data)) as { type: string; faces?: SeenFace[] };
      if (told.type === "face_detection") this.#onFaces(told.faces ?? []);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#onOpen(false);
      this.#retry = setTimeout(() => this.#open(), RETRY_MS);
    };
  }

  async #send(): Promise<void> {
    const socket = this.#socket;
    // On a slow link rather a newer picture than a queue of old ones.
    if (this.#busy || socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > 0) return;
    if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.#busy = true;
    this.#canvas.getContext("2d")!.drawImage(this.#video, 0, 0, PICTURE.width, PICTURE.height);
    socket.send(await this.#canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY }));
    this.#busy = false;
  }
}
