/** What signing in gave. */
export interface Grant {
  /** Absent when a cookie carries the session. */
  token?: string;
  /** The word that goes with a cookie's session; a page of another origin can't know it. */
  csrf?: string;
  /** Of the account; `null` for an API key. */
  id: string | null;
  name: string;
  /** `null` for an API key, whose role the appliance does not tell. */
  role: string | null;
  /** What they may do now; `null` where the appliance does not tell. */
  permissions: string[] | null;
  totp: boolean;
  /** Nothing can be done before there is a device for one-time codes. */
  totpRequired: boolean;
  expiresAt: string | null;
}

/** How requests prove who asks: by a header that the page sets, or by a cookie that the browser does. */
export interface Credentials {
  grant(): Grant | null;
  keep(grant: Grant): void;
  forget(): void;
  headers(method: string): Record<string, string>;
  /** Subprotocols of a WebSocket, which browsers open without headers. */
  protocols(): string[];
}

/** What an API key gives. An appliance that doesn't tell what a key may is asked for everything, and decides. */
export function keyGrant(token: string, name: string, permissions: string[] | null = null): Grant {
  return { token, id: null, name, role: null, permissions, totp: false, totpRequired: false, expiresAt: null };
}
