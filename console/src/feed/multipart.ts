const HEAD_END = [13, 10, 13, 10];
const HEAD_BYTES_MAX = 4 * 1024;
const PART_BYTES_MAX = 16 * 1024 * 1024;
const ROOM_BYTES = 256 * 1024;

export interface Part {
  /** What its `content-location` says; empty where it says nothing. */
  location: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Cuts a stream of type `multipart` into its parts; each names its `content-length`. */
export class MultipartParser {
  #buffer = new Uint8Array(ROOM_BYTES);
  #begin = 0;
  #end = 0;
  /** Of the part whose head was read. */
  #head: { location: string; length: number } | null = null;

  /** The parts that `chunk` completes, oldest first. */
  push(chunk: Uint8Array): Part[] {
    this.#append(chunk);
    const parts = [];
    for (let part = this.#next(); part; part = this.#next()) parts.push(part);
    return parts;
  }

  #append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      const rest = this.#buffer.subarray(this.#begin, this.#end);
      const needed = rest.length + chunk.length;
      const roomier = needed > this.#buffer.length ? new Uint8Array(2 * needed) : this.#buffer;
      roomier.set(rest);
      [this.#buffer, this.#begin, this.#end] = [roomier, 0, rest.length];
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #next(): Part | null {
    this.#head ??= this.#readHead();
    if (!this.#head || this.#end - this.#begin < this.#head.length) return null;
    const { location, length } = this.#head;
    const bytes = this.#buffer.slice(this.#begin, this.#begin + length);
    this.#begin += length;
    this.#head = null;
    return { location, bytes };
  }

  /** Reads a part's head, if it is there whole. */
  #readHead(): { location: string; length: number } | null {
    const there = this.#buffer.subarray(this.#begin, this.#end);
    const headEnd = find(there, HEAD_END);
    if (headEnd < 0) {
      if (there.length > HEAD_BYTES_MAX) throw new Error("a part without a head");
      return null;
    }
    const head = new TextDecoder("latin1").decode(there.subarray(0, headEnd));
    const length = Number(/content-length:\s*(\d+)/i.exec(head)?.[1]);
    if (!Number.isInteger(length) || length > PART_BYTES_MAX) throw new Error("a part without a length");
    this.#begin += headEnd + HEAD_END.length;
    return { location: /content-location:\s*(\S+)/i.exec(head)?.[1] ?? "", length };
  }
}

function find(bytes: Uint8Array, wanted: number[]): number {
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}
