/** Where this device keeps what its person saw, to be read without a network. */
export interface Shelf {
  get<T>(name: string): Promise<T | undefined>;
  put(name: string, value: unknown): Promise<void>;
  /** Everything whose name begins so. */
  all<T>(prefix: string): Promise<T[]>;
  clear(): Promise<void>;
}

const DATABASE = "facepay-me";
const STORE = "kept";

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

class BrowserShelf implements Shelf {
  #database: Promise<IDBDatabase> | undefined;

  async #store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.#database ??= (() => {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
      return done(opening);
    })();
    return (await this.#database).transaction(STORE, mode).objectStore(STORE);
  }

  async get<T>(name: string): Promise<T | undefined> {
    return done((await this.#store("readonly")).get(name));
  }

  async put(name: string, value: unknown): Promise<void> {
    await done((await this.#store("readwrite")).put(value, name));
  }

  async all<T>(prefix: string): Promise<T[]> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    return done((await this.#store("readonly")).getAll(range));
  }

  async clear(): Promise<void> {
    await done((await this.#store("readwrite")).clear());
  }
}

export const browserShelf: Shelf = new BrowserShelf();
