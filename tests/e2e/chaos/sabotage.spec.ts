import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, test } from "@playwright/test";

import { isChange } from "../support/keys.ts";
import { run } from "./campaign.ts";
import type { World } from "./world.ts";

// A campaign that finds nothing says something only if it would find what is wrong.
test.setTimeout(300_000);

const SEED = 1;
const KILLS = 3;

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
  await expect(run({ seed: SEED, kills: KILLS, afterRound: lie })).rejects.toThrow(/lost: .* at the server/);
});

test("an entry that vanishes from the device is found out", async () => {
  const steal = ({ page }: World) => eraseEntries(page);
  await expect(run({ seed: SEED, kills: KILLS, afterRound: steal })).rejects.toThrow(/lost: .* on the device/);
});

test("a request that takes effect twice is found out", async () => {
  const repeat = async ({ net, server }: World) => {
    const [sent] = net.seen.filter((seen) => isChange(seen) && seen.method === "POST" && seen.status === 201);
    if (sent) {
      const kept = ["content-type", "authorization", "x-api-key"].map((name) => [name, String(sent.headers[name])]);
      const headers = { ...Object.fromEntries(kept), "idempotency-key": randomUUID() };
      const body = JSON.stringify({ ...JSON.parse(sent.body), id: randomUUID() });
      await fetch(`http://127.0.0.1:${server.port}${sent.path}`, { method: "POST", headers, body });
    }
  };
  await expect(run({ seed: SEED, kills: KILLS, afterRound: repeat })).rejects.toThrow(/twice: .* at the server/);
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
