// Arithmetic in GF(256) over x^8 + x^4 + x^3 + x^2 + 1, as QR codes use it (ISO/IEC 18004, 7.5.2).
const FIELD = 0x11d;

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ (product & 0x80 ? FIELD : 0);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

/** The factors of (x − 2⁰)(x − 2¹)…, highest power first and without its one. */
function generator(degree: number): number[] {
  let factors = [1];
  for (let power = 0, root = 1; power < degree; power += 1, root = times(root, 2)) {
    factors = [...factors, 0].map((factor, at) => factor ^ (at > 0 ? times(factors[at - 1]!, root) : 0));
  }
  return factors.slice(1);
}

/** The `count` codewords by which a reader mends what it misreads of `data`. */
export function checkWords(data: readonly number[], count: number): number[] {
  const factors = generator(count);
  const rest = Array<number>(count).fill(0);
  for (const word of data) {
    const lead = word ^ rest.shift()!;
    rest.push(0);
    for (const [at, factor] of factors.entries()) rest[at]! ^= times(factor, lead);
  }
  return rest;
}
