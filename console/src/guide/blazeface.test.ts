import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { anchorAt, Blazeface, clearest } from "./blazeface";
import { readTensors } from "./safetensors";

const weights = join(import.meta.dirname, "../../../models/weights");
const read = (name: string) => {
  const bytes = readFileSync(join(weights, name));
  return readTensors(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
};

test("the network answers as the reference does that the appliance's own is tested with", () => {
  const reference = read("reference.safetensors");
  const outputs = new Blazeface(read("blazeface-short-range.safetensors")).run(reference.get("blazeface-short-range.input")!);
  for (const name of ["boxes", "scores"] as const) {
    const expected = reference.get(`blazeface-short-range.${name}`)!;
    expect(outputs[name].length).toBe(expected.length);
    const farthest = outputs[name].reduce((most, value, place) => Math.max(most, Math.abs(value - expected[place]!)), 0);
    expect(farthest, name).toBeLessThan(0.5);
  }
  expect(clearest(outputs)?.score).toBeGreaterThan(0.6);
});

test("anchors lie in the middle of their cells, in the order of the outputs", () => {
  expect([0, 1, 2, 511, 512, 518, 895].map(anchorAt)).toEqual([
    [4, 4], [4, 4], [12, 4], [124, 124], [8, 8], [24, 8], [120, 120],
  ]);
});

test("where no anchor is sure there is no face", () => {
  expect(clearest({ boxes: new Float32Array(896 * 16), scores: new Float32Array(896).fill(-5) })).toBeNull();
});
