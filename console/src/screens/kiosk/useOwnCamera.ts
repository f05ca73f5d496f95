import { useEffect, useRef, useState } from "react";
import { PICTURE, PictureSender, type SeenFace } from "./picture-sender";

export type OwnCameraState = "asking" | "refused" | "connecting" | "sending";

/** Opens this device's camera and sends its pictures to the appliance's camera `camera`. */
export function useOwnCamera(camera: string) {
  const video = useRef<HTMLVideoElement>(null);
  const [faces, setFaces] = useState<SeenFace[]>([]);
  const [state, setState] = useState<OwnCameraState>("asking");

  useEffect(() => {
    let sender: PictureSender | undefined;
    let stream: MediaStream | undefined;
    let ended = false;
    const begin = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { ...PICTURE, facingMode: "user" } });
      } catch {
        setState("refused");
        return;
      }
      if (ended || !video.current) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      video.current.srcObject = stream;
      setState("connecting");
      sender = new PictureSender(video.current, camera, setFaces, (open) => setState(open ? "sending" : "connecting"));
    };
    void begin();
    return () => {
      ended = true;
      sender?.stop();
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, [camera]);

  return { video, faces, state };
}
