import createClient, { type Middleware } from "openapi-fetch";
import { session } from "@/session/session";
import { Problem } from "./problem";
import type { components, paths } from "./schema";

/** A payload of the interface by its name in the OpenAPI document. */
export type Wire<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** Everything the appliance answers is under this prefix; pages of the console are not. */
export const API_BASE = "/v1";

const credentials: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(session.headers(request.method))) request.headers.set(name, value);
    return request;
  },
  onResponse({ request, response }) {
    const signsIn = new URL(request.url).pathname.endsWith("/operators/login");
    if (response.status === 401 && !signsIn) session.lost();
    return undefined;
  },
};

export const client = createClient<paths>({ baseUrl: API_BASE, credentials: "same-origin" });
client.use(credentials);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Waits for an answer and returns its payload, or throws the `Problem` that came instead. */
export async function answered<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (cause) {
    throw Problem.unreachable(cause);
  }
  if (!answer.response.ok) throw Problem.of(answer.response, answer.error);
  return answer.data as T;
}

/** One per wish to move money: the same wish keeps its key over retries. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}

/** The key for the next try: the same while it is not known what became of the last one, else a new one. */
export function afterFailure(key: string, error: unknown): string {
  return Problem.from(error).isPassing ? key : idempotencyKey();
}

/** The header of a request that must happen once. */
export function once(key: string = idempotencyKey()): { "Idempotency-Key": string } {
  return { "Idempotency-Key": key };
}
