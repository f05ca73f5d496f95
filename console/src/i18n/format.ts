import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";

/** Digits after the point of a currency, as ISO 4217 has it. */
export function minorDigits(currency: string): number {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** Whole minor units from what somebody typed, or null when it is no amount of that currency. */
export function parseAmount(text: string, currency: string): number | null {
  const digits = minorDigits(currency);
  const plain = westernDigits(text.trim()).replace(/[,٫]/, ".");
  const found = /^(\d{1,12})(?:\.(\d*))?$/.exec(plain);
  if (!found || (found[2]?.length ?? 0) > digits) return null;
  const amount = Number(found[1] + (found[2] ?? "").padEnd(digits, "0"));
  return Number.isSafeInteger(amount) && amount > 0 ? amount : null;
}

/** Digits of Arabic and Devanagari as those that programs read. */
function westernDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g, (digit) => String((digit.charCodeAt(0) - (digit < "\u0966" ? 0 : 6)) & 15));
}

export function formatMoney(money: Wire<"Amount">, language: string): string {
  const value = money.amount / 10 ** minorDigits(money.currency);
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency: money.currency }).format(value);
  } catch {
    return `${value.toFixed(2)} ${money.currency}`;
  }
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long ago, or until when, in the largest unit that fits. */
export function formatAgo(at: string, now: number, language: string): string {
  const seconds = (Date.parse(at) - now) / 1000;
  const [unit, length] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? (["second", 1] as const);
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
}

const SPANS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
  ["millisecond", 1],
] as const;

/** How long something takes or lasts, in the largest unit of which there is one. */
export function formatSpan(ms: number, language: string): string {
  const [unit, length] = SPANS.find(([, length]) => ms >= length) ?? SPANS[SPANS.length - 1]!;
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 0 }).format(Math.floor(ms / length));
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Bytes in the largest unit of which there is one. */
export function formatBytes(bytes: number, language: string): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const format = new Intl.NumberFormat(language, { style: "unit", unit: UNITS[power]!, maximumFractionDigits: power > 1 ? 1 : 0 });
  return format.format(bytes / 1000 ** power);
}

/** Formats in the language that is spoken. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return useMemo(() => {
    const when = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
    const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
    const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
    return {
      language,
      money: (money: Wire<"Amount">) => formatMoney(money, language),
      when: (at: string) => when.format(new Date(at)),
      day: (at: string) => day.format(new Date(at)),
      clock: (at: string) => clock.format(new Date(at)),
      ago: (at: string) => formatAgo(at, Date.now(), language),
      number: (value: number, digits = 0) =>
        new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value),
      span: (ms: number) => formatSpan(ms, language),
      bytes: (bytes: number) => formatBytes(bytes, language),
      percent: (share: number, digits = 0) =>
        new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(share),
    };
  }, [language]);
}
