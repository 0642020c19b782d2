import { existsSync } from "node:fs";
import { cp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** Copies kept: what is wrong with a log may show at the start after the next only. */
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

  /** Whether the browser has replaced a database that was there by an empty one since the last copy. */
  async isThrownAway(): Promise<boolean> {
    const folder = join(this.profile, FOLDER);
    const before = existsSync(this.copy(this.starts)) ? await readdir(this.copy(this.starts)) : [];
    const logs = before.map((name) => join(folder, name, "LOG")).filter(existsSync);
    const texts = await Promise.all(logs.map((log) => readFile(log, "utf8")));
    return texts.some((text) => MADE_ANEW.test(text));
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
