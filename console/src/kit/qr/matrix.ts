import { codewords, versionFor } from "./words";

type Grid = (boolean | undefined)[][];

// ISO/IEC 18004, 7.9 and 7.10: the level's two bits, the generators of the two codes and the mask of the first.
const LEVEL_M = 0b00;
const FORMAT = { generator: 0x537, mask: 0x5412 };
const VERSION_GENERATOR = 0x1f25;

const MASKS: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** A text as a QR code of level M: rows of dark modules; `null` for a text that is too long. */
export function qr(text: string, mask?: number): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  if (version === null) return null;
  const words = codewords(bytes, version);
  const drawn = (mask === undefined ? MASKS.map((_, mask) => mask) : [mask]).map((mask) => draw(version, words, mask));
  return drawn.reduce((best, other) => (penalty(other) < penalty(best) ? other : best));
}

function draw(version: number, words: number[], mask: number): boolean[][] {
  const size = version * 4 + 17;
  const grid: Grid = Array.from({ length: size }, () => Array<boolean | undefined>(size).fill(undefined));
  drawMarks(grid, version);
  drawFormat(grid, mask);
  if (version >= 7) drawVersion(grid, version);
  layWords(grid, words, MASKS[mask]!);
  return grid as boolean[][];
}

/** Squares within squares, by which a reader finds the code, and the lines by which it counts. */
function drawMarks(grid: Grid, version: number): void {
  const size = grid.length;
  const square = (x: number, y: number, radius: number, dark: (ring: number) => boolean) => {
    for (let dy = -radius; dy <= radius; dy += 1) {
      for (let dx = -radius; dx <= radius; dx += 1) {
        const row = grid[y + dy];
        if (row && x + dx >= 0 && x + dx < size) row[x + dx] = dark(Math.max(Math.abs(dx), Math.abs(dy)));
      }
    }
  };
  for (let at = 0; at < size; at += 1) {
    grid[6]![at] = at % 2 === 0;
    grid[at]![6] = at % 2 === 0;
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  const places = alignments(version);
  for (const x of places) {
    for (const y of places) {
      const isFinder = (x === 6 && (y === 6 || y === size - 7)) || (x === size - 7 && y === 6);
      if (!isFinder) square(x, y, 2, (ring) => ring !== 1);
    }
  }
}

/** Where alignment marks have their middles, along either side (annex E): the last ones evenly, the rest before the first. */
function alignments(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const last = version * 4 + 10;
  const step = 2 * Math.ceil((last - 6) / (count - 1) / 2);
  return [6, ...Array.from({ length: count - 1 }, (_, at) => last - step * (count - 2 - at))];
}

/** `value` with the remainder of its division by `generator` behind it. */
function withRemainder(value: number, bits: number, generator: number): number {
  let rest = value << bits;
  for (let at = 31 - Math.clz32(rest); at >= bits; at = 31 - Math.clz32(rest)) rest ^= generator << (at - bits);
  return (value << bits) | rest;
}

function drawFormat(grid: Grid, mask: number): void {
  const size = grid.length;
  const bits = withRemainder((LEVEL_M << 3) | mask, 10, FORMAT.generator) ^ FORMAT.mask;
  for (let at = 0; at < 15; at += 1) {
    const dark = ((bits >> at) & 1) === 1;
    // Beside the first finder, around the lines; and again in halves beside the two others.
    const along = at < 6 ? at : at < 8 ? at + 1 : size - 15 + at;
    const across = at < 8 ? size - 1 - at : at === 8 ? 7 : 14 - at;
    grid[along]![8] = dark;
    grid[8]![across] = dark;
  }
  grid[size - 8]![8] = true;
}

function drawVersion(grid: Grid, version: number): void {
  const bits = withRemainder(version, 12, VERSION_GENERATOR);
  for (let at = 0; at < 18; at += 1) {
    const [near, far] = [Math.floor(at / 3), grid.length - 11 + (at % 3)];
    grid[near]![far] = ((bits >> at) & 1) === 1;
    grid[far]![near] = ((bits >> at) & 1) === 1;
  }
}

/** From the right in pairs of columns, up and down in turn, wherever nothing is yet. */
function layWords(grid: Grid, words: number[], mask: (x: number, y: number) => boolean): void {
  const size = grid.length;
  let bit = 0;
  let up = true;
  for (let right = size - 1; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (grid[y]![x] !== undefined) continue;
        const dark = (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
        grid[y]![x] = dark !== mask(x, y);
        bit += 1;
      }
    }
  }
}

/** How hard a reader would find it (7.8.3): long runs, squares, what looks like a finder, too much dark or light. */
function penalty(grid: boolean[][]): number {
  const size = grid.length;
  const columns = grid.map((_, x) => grid.map((row) => row[x]!));
  let sum = 0;
  for (const line of [...grid, ...columns]) {
    const text = line.map(Number).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    for (const like of ["10111010000", "00001011101"]) sum += 40 * (text.split(new RegExp(`(?=${like})`)).length - (text.startsWith(like) ? 0 : 1));
  }
  for (let y = 1; y < size; y += 1) {
    for (let x = 1; x < size; x += 1) {
      const one = grid[y]![x];
      if (one === grid[y - 1]![x] && one === grid[y]![x - 1] && one === grid[y - 1]![x - 1]) sum += 3;
    }
  }
  const dark = grid.flat().filter(Boolean).length / size ** 2;
  return sum + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}
