/** What signing in gave. */
export interface Grant {
  /** Absent when a cookie carries the session. */
  token?: string;
  name: string;
  /** `null` for an API key, whose role the appliance does not tell. */
  role: string | null;
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
