import type { Page } from "@playwright/test";

import type { App } from "./app.ts";

/** Bytes that a test may store: enough for the app, and soon full. */
export const SMALL_QUOTA_BYTES = 600_000;

/** What a page's storage can be told to do; see `stubStorage`. */
interface Stub {
  /** How often a database was opened. */
  opens: number;
  /** How many further opens fail as on a broken disk. */
  failing: number;
  /** The connections that are or were open. */
  connections: IDBDatabase[];
}

declare global {
  interface Window {
    storageStub: Stub;
    /** Whether a bystander goes on holding the store of entries. */
    heldWrites: boolean;
  }
}

/** The name under which a tab remembers the version that the app in it is to have. */
const AS_VERSION = "test.as-version";

/**
 * Makes the page's storage fail on demand, from the next load on: `window.storageStub`. A tab whose session storage
 * names a version opens the profiles' databases at that version, as a newer app would.
 */
export async function stubStorage(page: Page): Promise<void> {
  await page.addInitScript((asVersion) => {
    const stub: Stub = { opens: 0, failing: 0, connections: [] };
    window.storageStub = stub;
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (name: string, version?: number) {
      stub.opens += 1;
      if (stub.failing > 0) {
        stub.failing -= 1;
        return failing(open.call(this, "stub", 1));
      }
      const newer = Number(sessionStorage.getItem(asVersion)) || version;
      const request = open.call(this, name, name.startsWith("lume:") ? newer : version);
      request.addEventListener("success", () => stub.connections.push(request.result));
      return request;
    };
    function failing(request: IDBOpenDBRequest): IDBOpenDBRequest {
      Object.defineProperty(request, "error", { value: new DOMException("the disk is broken", "UnknownError") });
      request.addEventListener("upgradeneeded", (event) => event.stopImmediatePropagation());
      request.addEventListener("success", (event) => {
        event.stopImmediatePropagation();
        request.result.close();
        request.dispatchEvent(new Event("error"));
      });
      return request;
    }
  }, AS_VERSION);
}

/** Lets the app in this tab be of another version from the next load on. */
export async function becomeVersion(page: Page, version: number): Promise<void> {
  await page.evaluate(([name, version]) => sessionStorage.setItem(name, version), [AS_VERSION, String(version)]);
}

/** Lets so many further opens of the page fail. */
export async function failOpens(page: Page, times: number): Promise<void> {
  await page.evaluate((times) => {
    window.storageStub.failing = times;
  }, times);
}

/** Closes the page's connections as the browser does, which says so, or as a browser that says nothing. */
export async function closeConnections(page: Page, { silently = false } = {}): Promise<void> {
  await page.evaluate((silently) => {
    for (const connection of window.storageStub.connections.splice(0)) {
      connection.close();
      if (!silently) {
        connection.dispatchEvent(new Event("close"));
      }
    }
  }, silently);
}

/** Writes smaller and smaller rows into a database of its own until the browser takes no more. */
export async function fillToTheBrim(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const opening = indexedDB.open("filler", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("rows", { autoIncrement: true });
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const put = (bytes: number) =>
      new Promise<boolean>((resolve) => {
        const transaction = database.transaction("rows", "readwrite", { durability: "strict" });
        transaction.objectStore("rows").put(crypto.getRandomValues(new Uint8Array(bytes)));
        transaction.oncomplete = () => resolve(true);
        transaction.onabort = () => resolve(false);
      });
    for (let bytes = 65_536; bytes >= 16; bytes /= 4) {
      while (await put(bytes)) {
        // As many as go in.
      }
    }
    database.close();
  });
}

/** Limits what an origin may store until the limit is lifted. Works before the origin's first use of a database. */
export async function limitStorage(app: App, bytes: number): Promise<() => Promise<void>> {
  const session = await app.page.context().newCDPSession(app.page);
  const { origin } = new URL(app.origin);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: bytes });
  return async () => {
    await session.send("Storage.overrideQuotaForOrigin", { origin });
  };
}

/** Clears a site's data as the browser's settings do. */
export async function clearSiteData(page: Page, origin: string, storageTypes: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes });
  await session.detach();
}

/**
 * Keeps every other page from writing entries, until what it gives is called: a transaction of a bystander's that asks
 * for one thing after the other.
 */
export async function holdWrites(page: Page, name: string): Promise<() => Promise<void>> {
  await page.evaluate(async (name) => {
    const opening = indexedDB.open(name);
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    window.heldWrites = true;
    const entries = database.transaction("entries", "readwrite").objectStore("entries");
    await new Promise<void>((resolve) => {
      const ask = () => {
        entries.count().onsuccess = () => {
          resolve();
          if (window.heldWrites) {
            ask();
          } else {
            database.close();
          }
        };
      };
      ask();
    });
  }, name);
  return () =>
    page.evaluate(() => {
      window.heldWrites = false;
    });
}

/** A page of the app's origin that does not run the app. */
export async function bystander(app: App): Promise<Page> {
  const page = await app.page.context().newPage();
  await page.goto(`${app.origin}/config.json`);
  return page;
}

/** The name of the database of the profile that has entries, or of the only one. */
export async function profileDatabase(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name ?? "").filter((name) => name.startsWith("lume:"));
    if (names.length !== 1) {
      throw new Error(`one profile was expected, not ${names.length}`);
    }
    return names[0];
  });
}

/** Everything in the app's databases, as a text that is the same for the same rows. The log is left out: it may grow. */
export async function dumpDatabases(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const plain = (_: string, value: unknown) => (value instanceof Uint8Array ? [...value].join() : value);
    const dump: Record<string, unknown> = {};
    for (const { name = "", version } of await indexedDB.databases()) {
      if (!name.startsWith("lume")) {
        continue;
      }
      const database = await done(indexedDB.open(name));
      const stores = [...database.objectStoreNames].filter((store) => store !== "log");
      const transaction = database.transaction(stores);
      const rows = stores.map(async (store) => {
        const from = transaction.objectStore(store);
        return [store, await done(from.getAllKeys()), await done(from.getAll())];
      });
      dump[`${name} ${version}`] = await Promise.all(rows);
      database.close();
    }
    return JSON.stringify(dump, plain, 1);
  });
}

/** How many rows are in a store of all profiles' databases. */
export async function countRows(page: Page, store: string): Promise<number> {
  return page.evaluate(async (store) => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    let rows = 0;
    for (const { name = "" } of await indexedDB.databases()) {
      if (name.startsWith("lume:")) {
        const database = await done(indexedDB.open(name));
        rows += await done(database.transaction(store).objectStore(store).count());
        database.close();
      }
    }
    return rows;
  }, store);
}

/** Where the bytes of a row are: its body, or the row itself where it is nothing but bytes. */
export interface Place {
  store: "entries" | "outbox" | "meta";
  /** The row's key, or a text that its bytes hold. */
  holding?: string;
  key?: string;
}

/** Puts other bytes into a row of the one profile's database; returns those that were there. */
export async function damage(page: Page, { store, holding, key }: Place, bytes: number[]): Promise<number[]> {
  const database = await profileDatabase(page);
  return page.evaluate(
    async ([name, store, holding, key, bytes]) => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await done(indexedDB.open(name));
      const rows = database.transaction(store, "readwrite").objectStore(store);
      const [keys, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
      const bytesOf = (value: { body?: Uint8Array } | Uint8Array) =>
        value instanceof Uint8Array ? value : (value.body ?? new Uint8Array());
      const at = values.findIndex((value, at) =>
        key === undefined ? new TextDecoder().decode(bytesOf(value)).includes(holding ?? "") : keys[at] === key,
      );
      const before = [...bytesOf(values[at])];
      const after = new Uint8Array(bytes);
      if (values[at] instanceof Uint8Array) {
        await done(rows.put(after, keys[at]));
      } else {
        await done(rows.put({ ...values[at], body: after }));
      }
      database.close();
      return before;
    },
    [database, store, holding, key, bytes] as const,
  );
}
