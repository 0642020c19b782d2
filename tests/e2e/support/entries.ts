import { expect } from "@playwright/test";

import type { App } from "./app.ts";
import { importFile, type UnsentFile } from "./transfer.ts";

/** An entry that was made some time ago. */
export interface Past {
  /** As the clock showed it: `2026-11-18T09:30`. */
  at: string;
  mood: string;
  about?: string[];
  note?: string;
}

/** Gives the app a history, by the way on which a file of another device comes in. */
export async function importPast(app: App, past: Past[]): Promise<void> {
  await app.open("/sync");
  const said = await importFile(app.page, fileOfPast(past));
  expect(said).toContain(`${past.length} `);
}

function fileOfPast(past: Past[]): UnsentFile {
  const entities = past.map(({ at, mood, about, note }, index) => ({
    kind: "mood",
    id: `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`,
    at_backend: "no",
    deleted: false,
    entity: {
      at: `${at}:00.000Z`,
      zone: "Etc/UTC",
      local_time: `${at}:00.000`,
      labels: [mood],
      associations: about ?? [],
      note: note ?? null,
      source: "manual",
      created_at: `${at}:00.000Z`,
      updated_at: `${at}:00.000Z`,
    },
    events: [],
  }));
  return { format: "lume-unsent", version: 1, account: null, entities };
}
