import { Device } from "./device.ts";
import { type EngineName, expect, test } from "./test.ts";

const DELIVERY_MS_MAX = 35_000;

/** What the engines have of that on which the app builds or could build. */
const FEATURES: Record<EngineName, object> = {
  chromium: { backgroundSync: true, push: true, locks: true, channels: true, persistence: true, strict: true },
  firefox: { backgroundSync: false, push: true, locks: true, channels: true, persistence: true, strict: true },
  // The GTK port. Safari has push for installed apps, and persistence.
  webkit: { backgroundSync: false, push: false, locks: true, channels: true, persistence: false, strict: true },
};

test("the engine has what we think it has, and no more", async ({ engine, engineName, net }) => {
  const device = new Device(await engine.open(), net.origin);
  await device.open();

  const features = await device.page.evaluate(() => ({
    backgroundSync: "SyncManager" in window,
    push: "PushManager" in window,
    locks: "locks" in navigator,
    channels: "BroadcastChannel" in window,
    persistence: navigator.storage?.persist !== undefined,
    strict: "durability" in IDBTransaction.prototype,
  }));

  expect(features).toEqual(FEATURES[engineName]);
});

test("what a closed page has left behind goes out when the app is opened again, with Background Sync or without", async ({
  engine,
  net,
  account,
  api,
}) => {
  const device = new Device(await engine.open(), net.origin);
  await device.register(account);
  await device.untilInstalled();
  const end = net.faultWhere(() => true, { kind: "reset" });
  await device.log("Left behind");
  const hasSync = await device.page.evaluate(() => "SyncManager" in window);
  await device.leave();
  end();
  if (!hasSync) {
    // Nothing is left that could send it.
    expect(await api.notes()).toEqual([]);
  }

  await device.open();

  await expect.poll(() => device.entrySync("Left behind"), { timeout: DELIVERY_MS_MAX }).toBe("synced");
  expect(await api.notes()).toEqual(["Left behind"]);
});
