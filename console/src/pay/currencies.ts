/** What the tills of this console offer; the appliance takes any of ISO 4217. */
export const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "INR", "CNY", "AED", "SAR", "JPY"];

const KEPT_AS = "facepay.currency";

export function usualCurrency(): string {
  const kept = localStorage.getItem(KEPT_AS);
  return kept && CURRENCIES.includes(kept) ? kept : "EUR";
}

export function keepCurrency(currency: string): void {
  localStorage.setItem(KEPT_AS, currency);
}
