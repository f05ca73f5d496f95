const HEAD_END = [13, 10, 13, 10];
const PART_BYTES_MAX = 16 * 1024 * 1024;

/** Cuts a `multipart/x-mixed-replace` stream into its pictures; each part names its `content-length`. */
export class MultipartParser {
  #rest = new Uint8Array(0);

  /** The pictures that `chunk` completes, oldest first. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer>[] {
    this.#rest = concat(this.#rest, chunk);
    const pictures = [];
    for (let picture = this.#next(); picture; picture = this.#next()) pictures.push(picture);
    return pictures;
  }

  #next(): Uint8Array<ArrayBuffer> | null {
    const headEnd = find(this.#rest, HEAD_END);
    if (headEnd < 0) return null;
    const head = new TextDecoder("latin1").decode(this.#rest.subarray(0, headEnd));
    const length = Number(/content-length:\s*(\d+)/i.exec(head)?.[1]);
    if (!Number.isInteger(length) || length > PART_BYTES_MAX) throw new Error("a part without a length");
    const begin = headEnd + HEAD_END.length;
    if (this.#rest.length < begin + length) return null;
    const picture = this.#rest.slice(begin, begin + length);
    this.#rest = this.#rest.slice(begin + length);
    return picture;
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function find(bytes: Uint8Array, wanted: number[]): number {
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}
