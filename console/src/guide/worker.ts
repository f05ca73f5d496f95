import weights from "../../../models/weights/blazeface-short-range.safetensors?url";
import { Blazeface, clearest, SIDE } from "./blazeface";
import { readTensors } from "./safetensors";

// Looks for a face in each picture that comes; one at a time, beside the page.
const network = fetch(weights)
  .then((response) => response.arrayBuffer())
  .then((file) => new Blazeface(readTensors(file)));

self.onmessage = async ({ data }: MessageEvent<Uint8ClampedArray>) => {
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    for (let channel = 0; channel < 3; channel++) rgb[pixel * 3 + channel] = data[pixel * 4 + channel]!;
  }
  self.postMessage(clearest((await network).run(rgb)));
};
