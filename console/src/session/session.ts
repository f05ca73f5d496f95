import { useSyncExternalStore } from "react";
import { BearerCredentials } from "./bearer";
import { CookieCredentials } from "./cookie";
import type { Credentials, Grant } from "./credentials";
import { may, type Permission } from "./roles";

/** Who is signed in at this browser. */
class Session {
  #credentials: Credentials = new BearerCredentials();
  #listeners = new Set<() => void>();

  grant = (): Grant | null => this.#credentials.grant();

  /** A grant without a token is one whose session a cookie carries. */
  begin(grant: Grant): void {
    this.#credentials.forget();
    this.#credentials = grant.token ? new BearerCredentials() : new CookieCredentials();
    this.#credentials.keep(grant);
    this.#tell();
  }

  end(): void {
    this.#credentials.forget();
    this.#tell();
  }

  /** The appliance no longer knows the session. */
  lost(): void {
    if (this.grant()) this.end();
  }

  headers(method: string): Record<string, string> {
    return this.#credentials.headers(method);
  }

  protocols(): string[] {
    return this.#credentials.protocols();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const session = new Session();

export function useGrant(): Grant | null {
  return useSyncExternalStore(session.subscribe, session.grant);
}

/** Whether whoever is signed in may do something; the appliance decides, this only spares dead ends. */
export function useMay(): (permission: Permission) => boolean {
  const grant = useGrant();
  return (permission) => grant?.permissions?.includes(permission) ?? may(grant?.role ?? null, permission);
}
