/** The tensors of a safetensors file by name, widened to 32 bits. */
export function readTensors(file: ArrayBuffer): Map<string, Float32Array> {
  const headBytes = Number(new DataView(file).getBigUint64(0, true));
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, headBytes))) as Record<string, Entry>;
  const tensors = new Map<string, Float32Array>();
  for (const [name, entry] of Object.entries(head)) {
    if (name === "__metadata__") continue;
    const [begin, end] = entry.data_offsets;
    const bytes = file.slice(8 + headBytes + begin, 8 + headBytes + end);
    tensors.set(name, widened(bytes, entry.dtype));
  }
  return tensors;
}

interface Entry {
  dtype: string;
  data_offsets: [number, number];
}

function widened(bytes: ArrayBuffer, dtype: string): Float32Array {
  if (dtype === "F32") return new Float32Array(bytes);
  if (dtype === "U8") return Float32Array.from(new Uint8Array(bytes));
  if (dtype === "F16") return Float32Array.from(new Uint16Array(bytes), half);
  throw new Error(`a tensor of ${dtype}`);
}

/** A number of 16 bits after IEEE 754. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
