import type { Wire } from "@/api/client";
import { Problem } from "@/api/problem";
import { browserShelf, type Shelf } from "./shelf";

/** What the appliance answered, now or, where it does not answer, the last time. */
export interface Told<T> {
  value: T;
  /** When it answered so, in milliseconds since 1970. */
  at: number;
  /** It does not answer now. */
  isOld: boolean;
}

export interface ReceiptPage {
  items: Wire<"Receipt">[];
  next_cursor?: string;
  /** The appliance does not answer: these are the receipts that were seen here before. */
  isOld: boolean;
}

const RECEIPT = "receipt:";
const KEY = "key";

/** What is kept on this device of what its person saw. */
export class Kept {
  #shelf: Shelf;
  #now: () => number;
  /** Whose things are kept; what was asked for somebody before comes too late. */
  #era = 0;

  constructor(shelf: Shelf, now: () => number = Date.now) {
    this.#shelf = shelf;
    this.#now = now;
  }

  /** Asks the appliance, and goes by what it said before where it does not answer. */
  async told<T>(name: string, ask: () => Promise<T>): Promise<Told<T>> {
    const era = this.#era;
    try {
      const told = { value: await ask(), at: this.#now() };
      await this.#put(era, name, told);
      return { ...told, isOld: false };
    } catch (error) {
      if (!Problem.from(error).isPassing) throw error;
      const before = await this.#get<Omit<Told<T>, "isOld">>(name);
      if (!before) throw error;
      return { ...before, isOld: true };
    }
  }

  /** A page of receipts, each of which is kept; without the appliance all that are, the newest first. */
  async receipts(ask: () => Promise<Omit<ReceiptPage, "isOld">>, isFirst: boolean): Promise<ReceiptPage> {
    const era = this.#era;
    try {
      const page = await ask();
      const at = this.#now();
      for (const value of page.items) await this.#put(era, RECEIPT + value.transaction_id, { value, at });
      if (page.items[0] && !(await this.key())) await this.#put(era, KEY, page.items[0].key);
      return { ...page, isOld: false };
    } catch (error) {
      if (!isFirst || !Problem.from(error).isPassing) throw error;
      const before = await this.#shelf.all<Told<Wire<"Receipt">>>(RECEIPT).catch(() => []);
      return { items: before.map(({ value }) => value).sort((a, b) => b.paid_at.localeCompare(a.paid_at)), isOld: true };
    }
  }

  /** One receipt. */
  receipt(id: string, ask: () => Promise<Wire<"Receipt">>): Promise<Told<Wire<"Receipt">>> {
    return this.told(RECEIPT + id, ask);
  }

  /** The key that signed the first receipt that was seen here: the others have to be of the same. */
  key(): Promise<string | undefined> {
    return this.#get(KEY);
  }

  /** Nothing is kept any more. */
  async clear(): Promise<void> {
    this.#era += 1;
    await this.#shelf.clear().catch(() => undefined);
  }

  #get<T>(name: string): Promise<T | undefined> {
    return this.#shelf.get<T>(name).catch(() => undefined);
  }

  /** A browser that keeps nothing, as in a private window, shows everything all the same. */
  async #put(era: number, name: string, value: unknown): Promise<void> {
    if (era === this.#era) await this.#shelf.put(name, value).catch(() => undefined);
  }
}

export const kept = new Kept(browserShelf);
