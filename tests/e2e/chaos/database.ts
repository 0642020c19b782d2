import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import initSqlJs, { type Database } from "sql.js";

import type { ServerFile } from "./audit.ts";

const FILE = "lume.sqlite3";
/** Where the file's head says how it is written and read; 2 is by a log beside it, 1 is without. */
const VERSIONS_AT = [18, 19];

/**
 * Reads the server's database from its file, past the server. The server must have been stopped in order, which leaves
 * everything in the one file.
 */
export async function readServerFile(folder: string): Promise<ServerFile> {
  const log = join(folder, `${FILE}-wal`);
  if (existsSync(log) && (await readFile(log)).length > 0) {
    throw new Error("the server has left a log beside its database");
  }
  const bytes = await readFile(join(folder, FILE));
  for (const at of VERSIONS_AT) {
    // In memory there is no place for a log.
    bytes[at] = 1;
  }
  const { Database } = await initSqlJs();
  const database = new Database(bytes);
  try {
    return {
      integrity: rows(database, "PRAGMA integrity_check").map(([word]) => String(word)).join(", "),
      moods: rows(database, "SELECT id, deleted, body FROM entities WHERE kind = 'mood'").map(([id, deleted, body]) => ({
        id: String(id),
        deleted: deleted === 1,
        content: JSON.parse(String(body ?? "{}")),
      })),
      commits: rows(database, "SELECT rev, entity_id, deleted, origin_event_id FROM changes ORDER BY rev").map(
        ([rev, entityId, deleted, eventId]) => ({
          rev: Number(rev),
          entityId: String(entityId),
          deleted: deleted === 1,
          eventId: eventId === null ? null : String(eventId),
        }),
      ),
      keys: Number(rows(database, "SELECT count(*) FROM idempotency")[0][0]),
    };
  } finally {
    database.close();
  }
}

function rows(database: Database, query: string) {
  return database.exec(query)[0]?.values ?? [];
}
