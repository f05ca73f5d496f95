/** The digits in the order of a keypad, or in any order, so that who watches the hand learns nothing. */
export function digits(shuffled: boolean, random: () => number = secureRandom): string[] {
  const order = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
  if (!shuffled) return order;
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

function secureRandom(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}
