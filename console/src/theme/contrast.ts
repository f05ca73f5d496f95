import { useSyncExternalStore } from "react";

export type Contrast = "auto" | "high";

const KEPT_AS = "facepay.contrast";
const wished = matchMedia("(prefers-contrast: more)");
const listeners = new Set<() => void>();

export function contrast(): Contrast {
  return localStorage.getItem(KEPT_AS) === "high" ? "high" : "auto";
}

export function setContrast(value: Contrast): void {
  localStorage.setItem(KEPT_AS, value);
  applyContrast();
  for (const listener of listeners) listener();
}

/** High where it is chosen here or asked for by the system. */
export function applyContrast(): void {
  const high = contrast() === "high" || wished.matches;
  document.documentElement.dataset["contrast"] = high ? "high" : "normal";
}

wished.addEventListener("change", applyContrast);

export function useContrast(): Contrast {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    contrast,
  );
}
