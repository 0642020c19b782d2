import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, test } from "@playwright/test";

import { isChange, sendings } from "../support/keys.ts";
import { run } from "./campaign.ts";
import type { World } from "./world.ts";

// A campaign that finds nothing says something only if it would find what is wrong.
test.setTimeout(300_000);

const SEED = 1;
const KILLS = 3;
/** A batch is believed only with a result for each of its events. */
const LOST_OR_NOT_BELIEVED = /lost: .* at the server|stuck: .*pending/;

test("a campaign that meets nothing wrong ends with its figures", async () => {
  const table = await run({ seed: SEED, kills: KILLS });
  expect(table).toMatch(/kills +3\n/);
  expect(table).toMatch(/lost \/ twice \/ stuck +0 \/ 0 \/ 0/);
});

test("a network that acknowledges in the server's place is found out", async () => {
  const lie = async ({ net }: World) => {
    net.faultWhere(isChange, {
      kind: "answer",
      status: 201,
      headers: { "content-type": "application/json", "x-lume-protocol": "1", etag: '"1"' },
      body: JSON.stringify({ success: true, data: {} }),
    });
  };
  await expect(run({ seed: SEED, kills: KILLS, afterRound: lie })).rejects.toThrow(LOST_OR_NOT_BELIEVED);
});

test("an entry that vanishes from the device is found out", async () => {
  // At the end, as what follows: a person who looks for an entry meanwhile would be the first to miss it.
  const steal = async ({ page }: World, round: number) => {
    if (round === KILLS) {
      await eraseEntries(page);
    }
  };
  await expect(run({ seed: SEED, kills: KILLS, afterRound: steal })).rejects.toThrow(/lost: .* on the device/);
});

test("a request that takes effect twice is found out", async () => {
  const repeat = async ({ net, server }: World, round: number) => {
    if (round < KILLS) {
      return;
    }
    const sent = sendings(net.seen).find(({ operation }) => operation === "created");
    if (sent) {
      const kept = ["content-type", "authorization", "x-api-key"].map((name) => [name, String(sent.request.headers[name])]);
      const headers = { ...Object.fromEntries(kept), "idempotency-key": randomUUID() };
      const body = JSON.stringify({ ...sent.payload, id: randomUUID() });
      const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/moods`, { method: "POST", headers, body });
      expect(answer.status).toBe(201);
    }
  };
  // The device may have been told of it first.
  await expect(run({ seed: SEED, kills: KILLS, afterRound: repeat })).rejects.toThrow(/twice: .* (at the server|on the device)/);
});

async function eraseEntries(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name ?? ""));
      if (database.objectStoreNames.contains("entries")) {
        await done(database.transaction("entries", "readwrite").objectStore("entries").clear());
      }
      database.close();
    }
  });
}
