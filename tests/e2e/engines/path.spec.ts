import { CHANGES, keysSent, sendings } from "../support/keys.ts";
import { countEvents } from "../support/outbox.ts";
import type { FaultProxy } from "../support/proxy.ts";
import type { EngineBrowser } from "./browser.ts";
import { Device } from "./device.ts";
import { expect, test } from "./test.ts";

/** The interval of passes, and what a request may take. */
const DELIVERY_MS_MAX = 35_000;

test("an entry saved without a network survives a reload, and is delivered once", async ({
  engine,
  net,
  account,
  api,
}) => {
  const device = new Device(await engine.open(), net.origin);
  await device.register(account);
  await device.log("With a network");
  await expect.poll(() => device.entrySync("With a network")).toBe("synced");
  await device.untilInstalled();

  const end = breakEveryRequest(net);
  const before = net.seen.length;
  await device.log("Without one");
  await device.reload();
  await expect.poll(() => device.entrySync("Without one")).toBe("waiting");
  // The list and the sync state are read from the database on their own, and neither waits for the other.
  await expect.poll(() => device.pending()).toBe("1");
  expect(await device.page.evaluate(countEvents)).toBe(1);
  // The app is there although nobody has answered anything: the worker has served it.
  expect(net.seen.slice(before).filter((seen) => seen.status !== undefined)).toEqual([]);
  expect(await device.page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe("activated");
  expect(await api.notes()).toEqual(["With a network"]);

  // Back, but not at its best: the first answer is lost after the server has done its work.
  // The feed would tell what became of it, and has no answer.
  net.fault("GET", /\/changes/, { kind: "answer", status: 502, headers: { "content-type": "text/plain" } });
  net.fault("POST", CHANGES, { kind: "lose-answer" }, 1);
  end();
  await expect.poll(() => device.entrySync("Without one"), { timeout: DELIVERY_MS_MAX }).toBe("synced");
  expect(await api.notes()).toEqual(["With a network", "Without one"]);
  await expect.poll(() => device.pending()).toBe("0");
  expect(await device.page.evaluate(countEvents)).toBe(0);
  const sent = sendings(net.seen).filter(({ says }) => says.includes("Without one"));
  const heard = sent.map(({ request }) => request).filter(({ fault }) => fault !== "reset");
  const outcomes = heard.map(({ fault, status }) => fault ?? status);
  expect(outcomes, "it reached the server twice").toEqual(["lose-answer", 201]);
  expect(new Set(sent.map(({ key }) => key)).size, "every attempt has the same key").toBe(1);
});

test("the network's return is noticed: by an event where the browser can be told of it, else by the app's own timer", async ({
  engine,
  engineName,
  net,
  account,
  api,
}) => {
  const device = new Device(await engine.open(), net.origin);
  await device.register(account);
  await device.untilInstalled();

  const back = await takeNetworkAway(engine, net);
  await device.log("Out of reach");
  await device.reload();
  await expect.poll(() => device.entrySync("Out of reach")).toBe("waiting");
  // WebKit's driver can't take a browser offline: all that the app can see there is that requests fail.
  expect(await device.page.evaluate(() => navigator.onLine)).toBe(engineName === "webkit");
  await expect.poll(() => device.syncState()).toBe("offline");
  expect(await api.notes()).toEqual([]);

  await back();
  await expect.poll(() => device.entrySync("Out of reach"), { timeout: DELIVERY_MS_MAX }).toBe("synced");
  expect(await api.notes()).toEqual(["Out of reach"]);
});

test("a kill right after the save loses nothing, where the profile outlives the browser", async ({
  engine,
  engineName,
  net,
  account,
  api,
}) => {
  const device = new Device(await engine.open(), net.origin);
  await device.register(account);
  await device.untilInstalled();
  const end = breakEveryRequest(net);
  await device.log("Written at the last moment");

  if (engine.kill === undefined) {
    // The driver of WebKit keeps a profile no longer than its session. So there is nothing to come back to, and this
    // is all that can be shown: the next session is another device.
    expect(engineName).toBe("webkit");
    const next = new Device(await engine.open(), net.origin);
    end();
    await next.open();
    expect(await next.syncState()).toBe("device");
    expect(await api.notes()).toEqual([]);
    return;
  }
  await engine.kill();
  const again = new Device(await engine.open(), net.origin);
  await again.open();
  await expect.poll(() => again.entrySync("Written at the last moment")).toBe("waiting");
  end();
  await expect.poll(() => again.entrySync("Written at the last moment"), { timeout: DELIVERY_MS_MAX }).toBe("synced");
  expect(await api.notes()).toEqual(["Written at the last moment"]);
  const keys = keysSent(net);
  expect(new Set(keys).size).toBe(1);
});

/** No request gets through, from the page or its worker. Returns how to end it. */
function breakEveryRequest(net: FaultProxy): () => void {
  return net.faultWhere(() => true, { kind: "reset" });
}

/** Tells the browser that it is offline; where nothing can tell it, only the requests fail. Returns the way back. */
async function takeNetworkAway(engine: EngineBrowser, net: FaultProxy): Promise<() => Promise<void>> {
  if (engine.setOffline === undefined) {
    const end = breakEveryRequest(net);
    return async () => end();
  }
  await engine.setOffline(true);
  return async () => engine.setOffline?.(false);
}
