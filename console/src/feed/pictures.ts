import { API_BASE } from "@/api/client";
import { Problem } from "@/api/problem";
import { session } from "@/session/session";
import { MultipartParser } from "./multipart";

/** A camera's pictures as they come, until `signal` ends them. */
export async function* streamed(camera: string, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const response = await get(`/cameras/${encodeURIComponent(camera)}/stream`, signal);
  const reader = response.body!.getReader();
  const parser = new MultipartParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    // Of several that came at once only the newest is worth a look.
    const newest = parser.push(value).at(-1);
    if (newest) yield newest;
  }
}

/** A camera's newest picture, no wider than it is shown. */
export async function snapshot(camera: string, widthPx: number, signal: AbortSignal): Promise<ArrayBuffer> {
  return (await get(`/cameras/${encodeURIComponent(camera)}/snapshot?width=${widthPx}`, signal)).arrayBuffer();
}

async function get(path: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(API_BASE + path, { headers: session.headers("GET"), signal, cache: "no-store" });
  if (!response.ok || !response.body) throw Problem.of(response, await response.json().catch(() => null));
  return response;
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
