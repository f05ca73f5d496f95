import { session } from "@/session/session";
import { API_BASE } from "./client";
import { Problem } from "./problem";

export type Asked = Record<string, string | number | undefined>;

/** An address with the parameters that are set. */
export function address(path: string, asked: Asked = {}): string {
  const set = Object.entries(asked).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(set.map(([name, value]) => [name, String(value)]));
  return `${API_BASE}${path}${set.length > 0 ? `?${query}` : ""}`;
}

/** What the appliance has at an address, as JSON. */
export async function read<T>(path: string, asked: Asked = {}, signal?: AbortSignal): Promise<T> {
  const request = fetch(address(path, asked), { headers: session.headers("GET"), signal: signal ?? null });
  const response = await request.catch((cause) => {
    throw Problem.unreachable(cause);
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw Problem.of(response, body);
  return body as T;
}

/** Sends something to an address, and gives the answer. */
export async function send<T>(path: string, body: unknown): Promise<T> {
  const headers = { ...session.headers("POST"), "content-type": "application/json" };
  const request = fetch(address(path), { method: "POST", headers, body: JSON.stringify(body) });
  const response = await request.catch((cause) => {
    throw Problem.unreachable(cause);
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw Problem.of(response, answer);
  return answer as T;
}
