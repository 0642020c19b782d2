import { createHash } from "node:crypto";

import { App } from "../support/app.ts";
import { WITHOUT_LOCKS_AND_CHANNELS } from "../support/background.ts";
import { gate, type Seen } from "../support/proxy.ts";
import { CHANGES } from "../support/keys.ts";
import { refusal } from "../support/refusals.ts";
import { dumpDatabases } from "../support/storage.ts";
import { expect, test } from "../support/test.ts";
import { exportWith } from "../support/transfer.ts";
import { untilInstalled } from "../support/worker.ts";

const REFRESH = /^\/api\/v1\/auth\/refresh/;
const TOKEN_EXPIRED = refusal(401, "token_expired");

test("tokens and passwords are in the database alone, and sealed there", async ({ app, account, context, net }) => {
  const told: string[] = [];
  app.page.on("console", (message) => told.push(message.text()));
  const addresses: string[] = [];
  context.on("request", (request) => addresses.push(request.url()));
  const secrets = new Set([account.password]);
  app.page.on("response", async (response) => {
    if (/\/api\/v1\/auth\//.test(response.url())) {
      const { data } = await response.json();
      secrets.add(data.access_token);
      secrets.add(data.refresh_token);
    }
  });
  await app.register(account);
  await untilInstalled(app.page);
  await app.page.evaluate(() => console.info("the test hears the console"));
  // A second pair, so that a refresh leaves nothing behind either.
  net.fault("POST", CHANGES, TOKEN_EXPIRED, 1);
  await app.log("Sent with the second pair");
  await app.expectEntry("Sent with the second pair", "synced");
  await expect.poll(() => secrets.size).toBe(5);
  await app.goOffline();
  await app.log("In the export");
  await app.open("/sync");
  const file = await exportWith(app.page, app.page.getByTestId("export-unsent"));
  await app.goOnline();

  const places = {
    small: await app.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])),
    caches: await cached(app),
    page: await app.page.content(),
    databases: await databases(app),
    addresses: addresses.join("\n"),
    console: told.join("\n"),
    export: JSON.stringify(file),
  };
  expect(places.console).toContain("the test hears the console");
  expect(places.databases).toContain("In the export");
  expect(places.caches.length).toBeGreaterThan(1_000);
  for (const [place, holds] of Object.entries(places)) {
    for (const secret of secrets) {
      expect(holds.includes(secret), `${place} holds ${fingerprint(secret)}`).toBe(false);
    }
  }
});

test("the key that seals tokens can't be taken out of the browser", async ({ app, account }) => {
  await app.register(account);
  const keys = await app.page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open("lume"));
    const stored: unknown[] = await done(database.transaction("device").objectStore("device").getAll());
    database.close();
    const keys = stored.filter((value) => value instanceof CryptoKey);
    const refusals = keys.map((key) => crypto.subtle.exportKey("raw", key).then(() => "taken", (error) => error.name));
    return Promise.all(refusals);
  });
  expect(keys).toEqual(["InvalidAccessError"]);
});

for (const { knows, refreshes } of [
  { knows: "with locks", refreshes: 1 },
  // Nothing keeps the second one from asking as well: the server's grace gives it the same pair.
  { knows: "without locks and channels", refreshes: 2 },
]) {
  test(`two tabs whose token is refused together are both served by one new pair, ${knows}`, async ({
    app,
    api,
    account,
    context,
    net,
  }) => {
    if (refreshes > 1) {
      await context.addInitScript(WITHOUT_LOCKS_AND_CHANNELS);
    }
    await app.register(account);
    await app.log("With the first pair");
    await app.expectEntry("With the first pair", "synced");
    const other = new App(await context.newPage(), app.origin);
    await other.open();
    const [{ headers }] = net.requests("POST", CHANGES);
    const first = headers.authorization;
    const isOld = (seen: Seen) => CHANGES.test(seen.path) && seen.headers.authorization === first;
    net.faultWhere(isOld, TOKEN_EXPIRED);
    const { release, until } = gate();
    net.fault("POST", REFRESH, { kind: "hold", until });
    app.notes.push("From the one", "From the other");
    await Promise.all([app.log("From the one"), other.log("From the other")]);
    await expect.poll(() => net.count("POST", REFRESH)).toBeGreaterThan(0);
    release();

    await expect.poll(() => api.notes()).toEqual(["From the one", "From the other", "With the first pair"]);
    for (const tab of [app, other]) {
      await tab.open();
      await tab.expectSync("synced", 0);
    }
    const asked = net.requests("POST", REFRESH);
    expect(asked.length).toBeLessThanOrEqual(refreshes);
    expect(asked.map((seen) => seen.served)).toEqual(asked.map(() => 200));
  });
}

test("a session that the backend no longer renews is removed at once, and everything but sending goes on", async ({
  app,
  account,
  net,
}) => {
  await app.register(account);
  await app.log("Sent");
  await app.expectEntry("Sent", "synced");
  net.fault("POST", CHANGES, TOKEN_EXPIRED);
  net.fault("POST", REFRESH, refusal(401, "token_reused"));
  await app.log("Written without a session");
  await app.expectSync("attention");
  expect(await sealedTokens(app), "what is left of the tokens").toBe(0);

  await app.edit("Sent", "Sent and edited");
  await app.open();
  await expect(app.entry("Written without a session")).toBeVisible();
  await expect(app.entry("Sent and edited")).toBeVisible();
  expect(await app.outboxCount()).toBe(2);
  await app.open("/settings");
  await expect(app.page.getByText(/no longer accepts this device’s session/)).toBeVisible();
});

async function databases(app: App): Promise<string> {
  const rows: object = JSON.parse(await dumpDatabases(app.page), (_, value) =>
    typeof value === "string" && /^\d+(,\d+)*$/.test(value) ? Buffer.from(value.split(",").map(Number)).toString() : value,
  );
  return JSON.stringify(rows);
}

async function cached(app: App): Promise<string> {
  return app.page.evaluate(async () => {
    const texts: string[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        texts.push(request.url, (await (await cache.match(request))?.text()) ?? "");
      }
    }
    return texts.join("\n");
  });
}

/** How many bytes of sealed tokens the account's session holds. */
async function sealedTokens(app: App): Promise<number> {
  return app.page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    let bytes = 0;
    for (const { name = "" } of await indexedDB.databases()) {
      if (name.startsWith("lume:")) {
        const database = await done(indexedDB.open(name));
        const stored = await done(database.transaction("meta").objectStore("meta").get("session"));
        bytes += stored ? JSON.parse(new TextDecoder().decode(stored)).sealed.length : 0;
        database.close();
      }
    }
    return bytes;
  });
}

/** Tells secrets apart in a report without telling them. */
function fingerprint(secret: string): string {
  return createHash("sha256").update(secret).digest("hex").slice(0, 8);
}
