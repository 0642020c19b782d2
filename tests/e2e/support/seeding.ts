import type { Page } from "@playwright/test";

import { type App } from "./app.ts";
import { bystander, profileDatabase } from "./storage.ts";

/** An entry as it stands in the database of a device. */
export interface Seed {
  /** What clocks showed, as in `2026-01-15T11:30`. */
  at: string;
  moods?: string[];
  about?: string[];
  note?: string;
}

/** Writes entries into the database of a device as it is, with nothing derived from them yet; then opens the app. */
export async function seed(app: App, entries: Seed[], path = "/history"): Promise<void> {
  await app.open("/sync");
  const other = await bystander(app);
  await app.page.goto("about:blank");
  await write(other, await profileDatabase(other), entries);
  await other.close();
  await app.open(path);
}

async function write(page: Page, name: string, entries: Seed[]): Promise<void> {
  await page.evaluate(
    async ([name, entries]) => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await done(indexedDB.open(name));
      const transaction = database.transaction(["entries", "stats", "search", "meta"], "readwrite");
      const store = transaction.objectStore("entries");
      const text = new TextEncoder();
      entries.forEach(({ at, moods = ["happy"], about = [], note }, number) => {
        const local_time = `${at}:00.000`;
        const instant = `${local_time}Z`;
        const content = {
          at: instant,
          zone: "Europe/Berlin",
          local_time,
          labels: moods,
          associations: about,
          ...(note === undefined ? {} : { note }),
          source: "manual",
          created_at: instant,
          updated_at: instant,
        };
        store.put({
          id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
          local_time,
          deleted: 0,
          sync: "local",
          source: "manual",
          // A version and JSON.
          body: new Uint8Array([1, ...text.encode(JSON.stringify(content))]),
        });
      });
      // As in a database that was filled before anything was derived from entries.
      transaction.objectStore("stats").clear();
      transaction.objectStore("search").clear();
      transaction.objectStore("meta").delete("derived");
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      database.close();
    },
    [name, entries] as const,
  );
}

/** So many entries, one every `hours`, the newest of them first and noted at `newest`. */
export function every(count: number, hours: number, newest: string): Seed[] {
  const start = new Date(`${newest}:00Z`).getTime();
  return Array.from({ length: count }, (_, number) => ({
    at: new Date(start - number * hours * 3_600_000).toISOString().slice(0, 16),
    note: `Note ${count - number}.`,
  }));
}
