import type { Wire } from "@/api/client";

/** From here on it is said by the colour, too, that little is left. */
const NEARLY = 0.8;

/** How much of a day's limit is spent, 0 to 1, and what is left of it. */
export function spent({ day_max, day_spent }: Wire<"OwnLimit">) {
  const share = day_max.amount > 0 ? Math.min(1, Math.max(0, day_spent.amount / day_max.amount)) : 1;
  const left = { ...day_max, amount: Math.max(0, day_max.amount - day_spent.amount) };
  return { share, left, isNearly: share >= NEARLY };
}
