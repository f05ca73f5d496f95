import type { components } from "./schema";

type Wire = components["schemas"]["Problem"];

/** Why the appliance did not do what it was asked, as RFC 9457 tells it; `status` 0 when it did not answer at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly wire: Partial<Wire>;

  constructor(status: number, code: string, detail: string, requestId: string | null, wire: Partial<Wire> = {}) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.wire = wire;
  }

  static of(response: Response, body: unknown): Problem {
    const wire = (typeof body === "object" && body !== null ? body : {}) as Partial<Wire>;
    const code = wire.code ?? `http_${response.status}`;
    const detail = wire.detail ?? response.statusText;
    return new Problem(response.status, code, detail, response.headers.get("x-request-id"), wire);
  }

  static unreachable(cause: unknown): Problem {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return new Problem(0, "unreachable", detail, null);
  }

  static from(error: unknown): Problem {
    return error instanceof Problem ? error : new Problem(-1, "console", String(error), null);
  }

  /** The appliance has no such route, or not yet. */
  get isAbsent(): boolean {
    return this.status === 404;
  }

  get isOffline(): boolean {
    return this.status === 0 || this.status === 502;
  }

  get isForbidden(): boolean {
    return this.status === 403;
  }

  /** Asking again may help: the appliance is away, busy or starting. */
  get isPassing(): boolean {
    return this.isOffline || this.status === 503 || this.status === 504 || this.status === 429;
  }
}
