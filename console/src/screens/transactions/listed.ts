import { parseAmount } from "@/i18n/format";
import type { TransactionSearch } from "./search";

/** The parameters of `GET /transactions` for the filters of the address. Amounts have a sense in a currency only; days are this browser's, the last one is in. */
export function listed({ user, camera, min, max, currency, from, to, ...rest }: TransactionSearch) {
  const amount = (text: string | undefined) => (text && currency ? (parseAmount(text, currency) ?? undefined) : undefined);
  return {
    ...rest,
    user_id: user,
    camera,
    currency,
    amount_min: amount(min),
    amount_max: amount(max),
    from: from && midnight(from, 0),
    to: to && midnight(to, 1),
  };
}

function midnight(day: string, later: number): string | undefined {
  const at = new Date(`${day}T00:00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  at.setDate(at.getDate() + later);
  return at.toISOString();
}
