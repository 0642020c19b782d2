import { existsSync } from "node:fs";
import { cp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { readLog } from "./leveldb.ts";

/** Copies kept: a log that is damaged now was left unfinished a start or two before. */
const COPIES_MAX = 3;
const FOLDER = "Default/IndexedDB";
/** What LevelDB writes into its own log when it makes a database in a folder without one. */
const MADE_ANEW = /Creating DB .* since it was missing/;

/**
 * The browser's database files as they were after the last kills. A browser that finds them damaged throws all of
 * them away, and starts with nothing: that is not for the app to prevent, and has to be told from what is.
 */
export class Shelf {
  private starts = 0;

  constructor(private readonly profile: string) {}

  /** Puts a copy aside, while the browser is dead. */
  async keep(): Promise<void> {
    if (existsSync(join(this.profile, FOLDER))) {
      this.starts += 1;
      await cp(join(this.profile, FOLDER), this.copy(this.starts), { recursive: true });
      await rm(this.copy(this.starts - COPIES_MAX), { recursive: true, force: true });
    }
  }

  /**
   * Whether the browser has replaced a database by an empty one since the last copy, because of a log that it had
   * damaged itself. Both have to be seen: LevelDB's own word that it made the database anew, and the damage in the copy.
   */
  async isThrownAway(): Promise<boolean> {
    const copy = this.copy(this.starts);
    const databases = existsSync(copy) ? await readdir(copy) : [];
    for (const database of databases) {
      const log = join(this.profile, FOLDER, database, "LOG");
      const isAnew = existsSync(log) && MADE_ANEW.test(await readFile(log, "utf8"));
      if (isAnew && (await isDamaged(join(copy, database)))) {
        return true;
      }
    }
    return false;
  }

  /** Removes the copies. */
  async clear(): Promise<void> {
    for (let start = this.starts; start > this.starts - COPIES_MAX; start -= 1) {
      await rm(this.copy(start), { recursive: true, force: true });
    }
  }

  private copy(start: number): string {
    return `${this.profile}-indexeddb-${start}`;
  }
}

async function isDamaged(database: string): Promise<boolean> {
  const logs = (await readdir(database)).filter((name) => name.endsWith(".log") || name.startsWith("MANIFEST-"));
  const states = await Promise.all(logs.map(async (name) => readLog(await readFile(join(database, name)))));
  return states.includes("damaged");
}
