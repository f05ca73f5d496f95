import createClient, { type Middleware } from "openapi-fetch";
import { useSyncExternalStore } from "react";
import { API_BASE, answered } from "@/api/client";
import type { paths } from "@/api/schema";
import { keepsCookies } from "@/session/cookie";

const KEPT_AS = "facepay.payer";
const SAFE = new Set(["GET", "HEAD"]);

/** How this device proves whose it is: by a cookie that no script reads, or, where the browser keeps none here, by a token. */
class Device {
  #csrf: string | null = null;
  #isOut = false;
  #listeners = new Set<() => void>();

  /** The word that goes with the cookie, as the appliance tells it. */
  learn(csrf: string | null | undefined): void {
    this.#csrf = csrf ?? null;
  }

  headers(method: string): Record<string, string> {
    const token = localStorage.getItem(KEPT_AS);
    if (token) return { authorization: `Bearer ${token}` };
    return this.#csrf && !SAFE.has(method.toUpperCase()) ? { "x-csrf-token": this.#csrf } : {};
  }

  /** Signs this device in by a link and its code; the link is used up. */
  async open(token: string, code: string, name: string): Promise<void> {
    const body = { token, code, name, cookie: keepsCookies() };
    const opened = await answered(payer.POST("/payer/devices", { body }));
    if (opened.token) localStorage.setItem(KEPT_AS, opened.token);
    else localStorage.removeItem(KEPT_AS);
    this.learn(opened.csrf);
    this.#turn(false);
  }

  /** It is signed out, or the appliance says that it is. */
  forget(): void {
    localStorage.removeItem(KEPT_AS);
    this.#csrf = null;
    this.#turn(true);
  }

  /** Whether it is known to be signed out. */
  isOut = (): boolean => this.#isOut;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #turn(isOut: boolean): void {
    this.#isOut = isOut;
    for (const listener of this.#listeners) listener();
  }
}

export const device = new Device();

const credentials: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(device.headers(request.method))) request.headers.set(name, value);
    return request;
  },
  onResponse({ response }) {
    if (response.status === 401) device.forget();
    return undefined;
  },
};

/** The interface as a payer's device asks it. Of who is signed in as staff at this browser it knows nothing. */
export const payer = createClient<paths>({ baseUrl: API_BASE, credentials: "same-origin" });
payer.use(credentials);

export function useIsOut(): boolean {
  return useSyncExternalStore(device.subscribe, device.isOut);
}
