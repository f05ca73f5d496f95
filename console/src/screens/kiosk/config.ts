import type { Language } from "@/i18n/languages";
import { hex, unhex } from "@/pay/verify";

/** How this browser is a kiosk. */
export interface KioskConfig {
  camera: string;
  /** `own`: this device's camera feeds the appliance's camera of that id; `appliance`: that camera is the appliance's own. */
  source: "own" | "appliance";
  exit: { salt: string; hash: string };
  /** What it speaks between payers. */
  language: Language;
}

const KEPT_AS = "facepay.kiosk";
const ROUNDS = 200_000;

export function kioskConfig(): KioskConfig | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? "null") as KioskConfig | null;
  } catch {
    return null;
  }
}

export function keepKioskConfig(config: KioskConfig | null): void {
  if (config) localStorage.setItem(KEPT_AS, JSON.stringify(config));
  else localStorage.removeItem(KEPT_AS);
}

/** What is kept of the PIN by which staff leaves the kiosk. */
export async function exitLock(pin: string): Promise<KioskConfig["exit"]> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { salt: hex(salt), hash: await stretched(pin, salt) };
}

export async function opens(exit: KioskConfig["exit"], pin: string): Promise<boolean> {
  return (await stretched(pin, unhex(exit.salt))) === exit.hash;
}

async function stretched(pin: string, salt: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, key, 256);
  return hex(bits);
}
