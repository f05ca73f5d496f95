import type { Credentials, Grant } from "./credentials";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const TRIED_AS = "__Host-facepay-try";

/** A session in an HttpOnly cookie: the browser sends it by itself, and what changes something also proves that this page asked. */
export class CookieCredentials implements Credentials {
  #grant: Grant | null = null;

  grant(): Grant | null {
    return this.#grant;
  }

  keep(grant: Grant): void {
    this.#grant = grant;
  }

  forget(): void {
    this.#grant = null;
  }

  headers(method: string): Record<string, string> {
    const csrf = SAFE.has(method.toUpperCase()) ? undefined : this.#grant?.csrf;
    return csrf ? { "x-csrf-token": csrf } : {};
  }

  protocols(): string[] {
    return ["facepay.v1"];
  }
}

/** Whether this browser keeps cookies of the session's kind here: over TLS all do, without it only some, and only for this machine. */
export function keepsCookies(page: { cookie: string } = document): boolean {
  page.cookie = `${TRIED_AS}=1; Path=/; Secure; SameSite=Strict`;
  const kept = page.cookie.includes(`${TRIED_AS}=1`);
  page.cookie = `${TRIED_AS}=; Path=/; Secure; SameSite=Strict; Max-Age=0`;
  return kept;
}
