import type { Page } from "@playwright/test";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
/** The fields of an entity, or a patch in which null clears a field. */
export type Content = { [name: string]: Json };

/** An entity as the person sees it. */
export interface EntryRow {
  id: string;
  deleted: boolean;
  sync: string;
  content: Content;
}

/** The last state of an entity that the server is known to have. */
export interface BaseRow {
  id: string;
  deleted: boolean;
  content: Content;
}

/** An event that is not at the server yet. */
export interface EventRow {
  seq: number;
  event_id: string;
  entity_id: string;
  operation: "created" | "updated" | "deleted";
  state: "pending" | "held" | "dead" | "parked";
  attempts: number;
  patch: Content;
  /** Why it waits for the person. */
  reason?: string;
}

/** What the app keeps on a device, read from the databases themselves. */
export interface Device {
  entries: EntryRow[];
  base: BaseRow[];
  outbox: EventRow[];
  /** How many events are claimed. */
  claimed: number;
  /** Unsaved forms by name. */
  drafts: { [name: string]: Content };
}

/** Rows as IndexedDB holds them, their bytes as numbers. */
interface RawDevice {
  entries: { id: string; deleted: number; sync: string; body: number[] }[];
  base: { id: string; deleted: number; body: number[] }[];
  outbox: (Omit<EventRow, "state" | "patch" | "reason"> & { state: number; body: number[]; failure?: string })[];
  claims: { items: unknown[] }[];
  drafts: [name: string, body: number[]][];
}

const STATES = ["pending", "held", "dead", "parked"] as const;
const BODY_VERSION = 1;

/** Reads all profiles of the page's origin, each in one transaction, so that no half of anything is seen. */
export async function readDevice(page: Page): Promise<Device> {
  const device: Device = { entries: [], base: [], outbox: [], claimed: 0, drafts: {} };
  for (const raw of await readRaw(page)) {
    device.entries.push(
      ...raw.entries.map((row) => ({ id: row.id, deleted: row.deleted !== 0, sync: row.sync, content: open(row.body) })),
    );
    device.base.push(
      ...raw.base.map((row) => ({ id: row.id, deleted: row.deleted !== 0, content: open(row.body) })),
    );
    device.outbox.push(
      ...raw.outbox.map(({ body, state, failure, ...row }) => ({
        ...row,
        state: STATES[state],
        patch: open(body),
        reason: failure === undefined ? undefined : JSON.parse(failure).reason,
      })),
    );
    device.claimed += raw.claims.reduce((sum, claim) => sum + claim.items.length, 0);
    for (const [name, body] of raw.drafts) {
      // A draft is bytes within a body: their numbers in JSON.
      const bytes = Uint8Array.from(plain(body) as number[]);
      device.drafts[name] = JSON.parse(new TextDecoder().decode(bytes));
    }
  }
  device.outbox.sort((one, other) => one.seq - other.seq);
  return device;
}

/** A tombstone may have no content left. */
function open(body: number[]): Content {
  return body.length === 0 ? {} : (plain(body) as Content);
}

function plain(body: number[]): Json {
  const [version, ...json] = body;
  if (version !== BODY_VERSION) {
    throw new Error(`a body of version ${version}`);
  }
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(json)));
}

async function readRaw(page: Page): Promise<RawDevice[]> {
  return page.evaluate(async () => {
    type Row = { [name: string]: unknown };
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    // Bytes come over as numbers; a request's are the body's once more.
    const bytes = (value: unknown) => Array.from(value as Uint8Array);
    const plain = ({ request: _, ...row }: Row) => ("body" in row ? { ...row, body: bytes(row.body) } : row);
    const found: unknown[] = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name ?? ""));
      if (database.objectStoreNames.contains("outbox")) {
        const tx = database.transaction(["entries", "base", "outbox", "claims", "drafts"]);
        const all = (store: string) => done<Row[]>(tx.objectStore(store).getAll());
        const [entries, base, outbox, claims, drafts, names] = await Promise.all([
          all("entries"),
          all("base"),
          all("outbox"),
          all("claims"),
          all("drafts"),
          done(tx.objectStore("drafts").getAllKeys()),
        ]);
        found.push({
          entries: entries.map(plain),
          base: base.map(plain),
          outbox: outbox.map(plain),
          claims: claims.map(({ items }) => ({ items: (items as Row[]).map((item) => item.event_id) })),
          drafts: names.map((name, place) => [name, bytes(drafts[place])]),
        });
      }
      database.close();
    }
    return found;
  }) as Promise<RawDevice[]>;
}
