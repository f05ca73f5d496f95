import { depthwise, halved, joined, type Map2D, pointwise, stem } from "./layers";

/** Pixels of the square picture that the network looks at. */
export const SIDE = 128;
const COORDINATES = 16;

// Widths of the blocks, as models/src/net/blazeface.rs has them; the side is halved where these two meet.
const FINE = [24, 24, 28, 32, 36, 42, 48, 56, 64, 72, 80, 88];
const COARSE = [88, 96, 96, 96, 96, 96];
const HALVING = new Set(["28 32", "42 48", "88 96"]);

export interface Outputs {
  /** 16 numbers for each anchor: box and six points, in pixels from the anchor. */
  boxes: Float32Array;
  /** A logit for each anchor. */
  scores: Float32Array;
}

/** MediaPipe's BlazeFace, short range: the detector that the appliance has, with the same weights. */
export class Blazeface {
  readonly #tensors: Map<string, Float32Array>;

  constructor(tensors: Map<string, Float32Array>) {
    this.#tensors = tensors;
  }

  /** `rgb` is 128 by 128 pixels, three bytes each. */
  run(rgb: ArrayLike<number>): Outputs {
    const input = { side: SIDE, channels: 3, values: Float32Array.from(rgb, (byte) => byte / 127.5 - 1) };
    const begun = stem(input, this.#get("stem.weight"), this.#get("stem.bias"), 5, 2);
    const fine = this.#blocks("fine", FINE, begun);
    const coarse = this.#blocks("coarse", COARSE, fine);
    return {
      boxes: together(this.#head("boxes_fine", fine), this.#head("boxes_coarse", coarse)),
      scores: together(this.#head("scores_fine", fine), this.#head("scores_coarse", coarse)),
    };
  }

  #get(name: string): Float32Array {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new Error(`the weights lack ${name}`);
    return tensor;
  }

  #blocks(part: string, widths: number[], input: Map2D): Map2D {
    return widths.slice(1).reduce((x, width, number) => {
      const stride = HALVING.has(`${widths[number]} ${width}`) ? 2 : 1;
      const name = `${part}.${number}.separable`;
      const filtered = depthwise(x, this.#get(`${name}.depthwise.weight`), this.#get(`${name}.depthwise.bias`), stride);
      const mixed = pointwise(filtered, this.#get(`${name}.pointwise.weight`), this.#get(`${name}.pointwise.bias`));
      return joined(mixed, stride === 2 ? halved(x) : x);
    }, input);
  }

  #head(name: string, x: Map2D): Float32Array {
    return pointwise(x, this.#get(`${name}.weight`), this.#get(`${name}.bias`)).values;
  }
}

function together(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

export interface Found {
  /** x, y, width, height, each a share of the square. */
  box: [number, number, number, number];
  score: number;
}

const SCORE_MIN = 0.6;

/** The face that is seen most clearly, or null. */
export function clearest({ boxes, scores }: Outputs): Found | null {
  let best = -1;
  for (let anchor = 0; anchor < scores.length; anchor++) {
    if (best < 0 || scores[anchor]! > scores[best]!) best = anchor;
  }
  const score = 1 / (1 + Math.exp(-scores[best]!));
  if (score < SCORE_MIN) return null;
  const [anchorX, anchorY] = anchorAt(best);
  const [dx, dy, width, height] = boxes.subarray(best * COORDINATES, best * COORDINATES + 4) as unknown as number[];
  const box = [anchorX + dx! - width! / 2, anchorY + dy! - height! / 2, width!, height!].map((value) => value / SIDE);
  return { box: box as Found["box"], score };
}

/** The middle of an anchor's cell in pixels: 16 by 16 cells of two anchors, then 8 by 8 of six. */
export function anchorAt(anchor: number): [number, number] {
  const FINE_ANCHORS = 512;
  const [place, cells, perCell] = anchor < FINE_ANCHORS ? [anchor, 16, 2] : [anchor - FINE_ANCHORS, 8, 6];
  const cell = Math.floor(place / perCell);
  const pixels = SIDE / cells;
  return [((cell % cells) + 0.5) * pixels, (Math.floor(cell / cells) + 0.5) * pixels];
}
