import { expect, test } from "vitest";
import type { Wire } from "@/api/client";
import { Problem } from "@/api/problem";
import { Kept } from "./kept";
import type { Shelf } from "./shelf";

class MapShelf implements Shelf {
  things = new Map<string, unknown>();

  async get<T>(name: string): Promise<T | undefined> {
    return this.things.get(name) as T | undefined;
  }

  async put(name: string, value: unknown): Promise<void> {
    this.things.set(name, value);
  }

  async all<T>(prefix: string): Promise<T[]> {
    return [...this.things].filter(([name]) => name.startsWith(prefix)).map(([, value]) => value as T);
  }

  async clear(): Promise<void> {
    this.things.clear();
  }
}

const away = () => Promise.reject(Problem.unreachable(new TypeError("no network")));
const refused = () => Promise.reject(new Problem(401, "unauthenticated", "no", null));
const receipt = (id: string, paid_at: string) => ({ transaction_id: id, paid_at, key: "aa" }) as Wire<"Receipt">;

test("what was seen is shown while the appliance is away, and said to be old", async () => {
  const kept = new Kept(new MapShelf(), () => 7);
  expect(await kept.told("own", async () => "Ada")).toEqual({ value: "Ada", at: 7, isOld: false });
  expect(await kept.told("own", away)).toEqual({ value: "Ada", at: 7, isOld: true });
  await expect(kept.told("other", away)).rejects.toMatchObject({ code: "unreachable" });
});

test("whoever is refused sees nothing that was kept", async () => {
  const kept = new Kept(new MapShelf());
  await kept.told("own", async () => "Ada");
  await expect(kept.told("own", refused)).rejects.toMatchObject({ status: 401 });
  await expect(kept.receipts(refused, true)).rejects.toMatchObject({ status: 401 });
});

test("receipts that were seen are read without the appliance, the newest first, one by one too", async () => {
  const kept = new Kept(new MapShelf());
  const [old, newer] = [receipt("a", "2026-11-01T10:00:00Z"), receipt("b", "2026-11-02T10:00:00Z")];
  const pages = [{ items: [newer], next_cursor: "b" }, { items: [old] }];
  expect(await kept.receipts(async () => pages[0]!, true)).toEqual({ ...pages[0], isOld: false });
  await kept.receipts(async () => pages[1]!, false);
  expect(await kept.receipts(away, true)).toEqual({ items: [newer, old], isOld: true });
  expect((await kept.receipt("a", away)).value).toEqual(old);
  // Further pages are the appliance's own: all that there is here was in the first.
  await expect(kept.receipts(away, false)).rejects.toMatchObject({ code: "unreachable" });
  expect(await kept.key()).toBe("aa");
});

test("after a sign-out nothing is left, nor put back by an answer that comes late", async () => {
  const shelf = new MapShelf();
  const kept = new Kept(shelf);
  await kept.told("own", async () => "Ada");
  let answer: (name: string) => void = () => undefined;
  const late = kept.told("own", () => new Promise<string>((resolve) => (answer = resolve)));
  await kept.clear();
  answer("Ada");
  await late;
  expect(shelf.things.size).toBe(0);
});

test("a browser that keeps nothing shows what it is told", async () => {
  const broken = { get: away, put: away, all: away, clear: away } as unknown as Shelf;
  const kept = new Kept(broken, () => 1);
  expect(await kept.told("own", async () => "Ada")).toEqual({ value: "Ada", at: 1, isOld: false });
  expect(await kept.receipts(away, true)).toEqual({ items: [], isOld: true });
  await kept.clear();
});
