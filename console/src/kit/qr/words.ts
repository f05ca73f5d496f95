import { checkWords } from "./reed-solomon";

// ISO/IEC 18004, table 9, level M: check words of a block, and blocks, by version from 1.
const CHECKS = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21];
const BYTE_MODE = 0b0100;
const PADDING = [0xec, 0x11];

/** Modules for data and check words; the rest is for readers to find their way. */
function modules(version: number): number {
  const size = version * 4 + 17;
  const alignments = version === 1 ? 0 : Math.floor(version / 7) + 2;
  const finders = 3 * 8 * 8;
  const timing = 2 * (size - 16);
  // Those on the timing lines share five modules with them.
  const marks = alignments === 0 ? 0 : (alignments ** 2 - 3) * 25 - 2 * (alignments - 2) * 5;
  const format = 31;
  return size ** 2 - finders - timing - marks - format - (version >= 7 ? 36 : 0);
}

const countBits = (version: number) => (version < 10 ? 8 : 16);

function dataWords(version: number): number {
  return (modules(version) >> 3) - CHECKS[version - 1]! * BLOCKS[version - 1]!;
}

/** The smallest version that holds so many bytes; `null` when none of those here does. */
export function versionFor(bytes: number): number | null {
  const fits = (version: number) => 4 + countBits(version) + bytes * 8 <= dataWords(version) * 8;
  return CHECKS.map((_, at) => at + 1).find(fits) ?? null;
}

/** Bytes, padded to what the version holds. */
function padded(bytes: Uint8Array, version: number): number[] {
  const bits = [BYTE_MODE.toString(2).padStart(4, "0"), bytes.length.toString(2).padStart(countBits(version), "0")];
  for (const byte of bytes) bits.push(byte.toString(2).padStart(8, "0"));
  const room = dataWords(version);
  const text = bits.join("").slice(0, room * 8);
  const closed = text + "0".repeat(Math.min(4, room * 8 - text.length));
  const words = (closed.match(/.{1,8}/g) ?? []).map((word) => Number.parseInt(word.padEnd(8, "0"), 2));
  for (let at = 0; words.length < room; at += 1) words.push(PADDING[at % 2]!);
  return words;
}

/** Codewords in the order in which they are laid: a word of each block in turn, then of each block's check words. */
export function codewords(bytes: Uint8Array, version: number): number[] {
  const data = padded(bytes, version);
  const count = BLOCKS[version - 1]!;
  const short = Math.floor(data.length / count);
  const longFrom = count - (data.length % count);
  let begin = 0;
  const blocks = Array.from({ length: count }, (_, at) => data.slice(begin, (begin += short + (at >= longFrom ? 1 : 0))));
  const checks = blocks.map((block) => checkWords(block, CHECKS[version - 1]!));
  return [...inTurn(blocks), ...inTurn(checks)];
}

function inTurn(blocks: number[][]): number[] {
  const longest = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: longest }, (_, at) => blocks.flatMap((block) => block[at] ?? [])).flat();
}
