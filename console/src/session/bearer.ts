import type { Credentials, Grant } from "./credentials";

const KEPT_AS = "facepay.session";

/** A token in a header, kept for as long as this tab lives and no longer. */
export class BearerCredentials implements Credentials {
  #grant: Grant | null = read();

  grant(): Grant | null {
    const grant = this.#grant;
    if (grant?.expiresAt && Date.parse(grant.expiresAt) <= Date.now()) this.forget();
    return this.#grant;
  }

  keep(grant: Grant): void {
    this.#grant = grant;
    sessionStorage.setItem(KEPT_AS, JSON.stringify(grant));
  }

  forget(): void {
    this.#grant = null;
    sessionStorage.removeItem(KEPT_AS);
  }

  headers(): Record<string, string> {
    return this.#grant?.token ? { authorization: `Bearer ${this.#grant.token}` } : {};
  }

  protocols(): string[] {
    return this.#grant?.token ? ["facepay.v1", `facepay.token.${this.#grant.token}`] : ["facepay.v1"];
  }
}

function read(): Grant | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "null") as Grant | null;
  } catch {
    return null;
  }
}
