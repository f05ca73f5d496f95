import { useEffect, useRef, useSyncExternalStore } from "react";
import { session } from "@/session/session";
import { API_BASE } from "./client";

/** An event of `/ws/events`; docs/asyncapi.yaml has the fields of each type. */
export interface ApplianceEvent {
  seq: number;
  type: string;
  [field: string]: unknown;
}

type Listener = (event: ApplianceEvent) => void;

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 15_000;

/** One socket for the whole page; it comes back by itself and goes on from the last event. */
class Events {
  #socket: WebSocket | null = null;
  #listeners = new Set<Listener>();
  #watchers = new Set<() => void>();
  #connected = false;
  #last: number | null = null;
  #retryMs = RETRY_MS_MIN;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #camera: string | null = null;

  connected = (): boolean => this.#connected;

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#socket) this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    };
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Only what happens at one camera, which is all that a kiosk's key may hear; everything with `null`. */
  at(camera: string | null): void {
    if (camera === this.#camera) return;
    this.#camera = camera;
    this.#last = null;
    if (!this.#socket) return;
    this.#close();
    this.#open();
  }

  #open(): void {
    const asked = new URLSearchParams();
    if (this.#last !== null) asked.set("after", String(this.#last));
    if (this.#camera !== null) asked.set("camera", this.#camera);
    const query = asked.size > 0 ? `?${asked}` : "";
    const socket = new WebSocket(socketUrl(`/ws/events${query}`), session.protocols());
    this.#socket = socket;
    socket.onopen = () => {
      this.#retryMs = RETRY_MS_MIN;
      this.#setConnected(true);
    };
    socket.onmessage = ({ data }) => this.#take(String(data));
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#setConnected(false);
      this.#timer = setTimeout(() => this.#open(), this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
    };
  }

  #close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#setConnected(false);
  }

  #take(text: string): void {
    const event = JSON.parse(text) as ApplianceEvent;
    this.#last = event.seq;
    for (const listener of this.#listeners) listener(event);
  }

  #setConnected(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    for (const watcher of this.#watchers) watcher();
  }
}

export const events = new Events();

export function socketUrl(path: string): string {
  return `${location.origin.replace(/^http/, "ws")}${API_BASE}${path}`;
}

/** Calls `listener` with each event while the component is there. */
export function useEvents(listener: Listener): void {
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => events.listen((event) => newest.current(event)), []);
}

export function useConnected(): boolean {
  return useSyncExternalStore(events.watch, events.connected);
}
