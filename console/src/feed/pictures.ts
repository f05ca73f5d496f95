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
    if (newest) yield newest.bytes;
  }
}

type Pictures = Map<string, Uint8Array<ArrayBuffer>>;

/** By their cameras, the newest pictures, no wider than they are shown; there is none of a camera that has none. */
async function snapshots(cameras: Iterable<string>, widthPx: number): Promise<Pictures> {
  const query = new URLSearchParams({ cameras: [...cameras].join(), width: String(widthPx) });
  const answer = await (await get(`/snapshots?${query}`)).arrayBuffer();
  const parts = new MultipartParser().push(new Uint8Array(answer));
  return new Map(parts.map(({ location, bytes }) => [location.split("/").at(-2) ?? "", bytes]));
}

/** By their width, the pictures that are asked for next. */
const next = new Map<number, { cameras: Set<string>; answer: Promise<Pictures> }>();

/** A camera's newest picture, if it has one. All that are asked for at a time come in one answer, which costs a browser as much as one of them. */
export async function snapshot(camera: string, widthPx: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let asked = next.get(widthPx);
  if (!asked) {
    const cameras = new Set<string>();
    const ask = () => (next.delete(widthPx), snapshots(cameras, widthPx));
    asked = { cameras, answer: new Promise((turn) => setTimeout(turn)).then(ask) };
    next.set(widthPx, asked);
  }
  asked.cameras.add(camera);
  return (await asked.answer).get(camera);
}

async function get(path: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(API_BASE + path, { headers: session.headers("GET"), signal: signal ?? null, cache: "no-store" });
  if (!response.ok || !response.body) throw Problem.of(response, await response.json().catch(() => null));
  return response;
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
