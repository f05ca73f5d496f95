import type { Credentials, Grant } from "./credentials";

const CSRF_COOKIE = "__Host-facepay_csrf";
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

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
    const token = SAFE.has(method.toUpperCase()) ? undefined : csrf(document.cookie);
    return token ? { "x-csrf-token": token } : {};
  }

  protocols(): string[] {
    return ["facepay.v1"];
  }
}

/** The token beside the session's cookie; a page of another origin can't read it. */
export function csrf(cookies: string): string | undefined {
  const named = cookies.split(";").map((pair) => pair.trim());
  return named.find((pair) => pair.startsWith(`${CSRF_COOKIE}=`))?.slice(CSRF_COOKIE.length + 1);
}
