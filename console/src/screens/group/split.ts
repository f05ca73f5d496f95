import type { Wire } from "@/api/client";

export type SplitKind = "equal" | "amounts" | "shares";

export const PAYERS_MIN = 2;
export const PAYERS_MAX = 16;

/** What each pays of `amount` by weight, by largest remainder: the sum is the whole, of equals the first gives the odd unit. */
export function parts(amount: number, weights: number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole <= 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (BigInt(amount) * BigInt(weight)) / BigInt(whole));
  const rests = weights.map((weight) => (BigInt(amount) * BigInt(weight)) % BigInt(whole));
  const shares = exact.map(Number);
  const left = amount - shares.reduce((sum, share) => sum + share, 0);
  const byRest = rests.map((_, place) => place).sort((a, b) => Number(rests[b]! - rests[a]!) || a - b);
  for (const place of byRest.slice(0, left)) shares[place]! += 1;
  return shares;
}

/** The request's `split`, or null while what was typed is none. */
export function toSplit(kind: SplitKind, amount: number, payers: number, values: number[]): Wire<"Split"> | null {
  const given = values.slice(0, payers);
  if (amount < payers) return null;
  if (kind === "equal") return { kind, payers };
  if (given.some((value) => !Number.isInteger(value) || value < 1)) return null;
  if (kind === "shares") return { kind, shares: given };
  return given.reduce((sum, value) => sum + value, 0) === amount ? { kind, amounts: given } : null;
}
