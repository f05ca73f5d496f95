import { parseAmount } from "@/i18n/format";
import { momentsOf } from "@/kit/days";
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
    ...momentsOf({ from, to }),
  };
}
