import type { Page, Worker } from "@playwright/test";

import type { Account } from "../support/api.ts";
import { App } from "../support/app.ts";
import { WITHOUT_BACKGROUND_SYNC, Waker } from "../support/background.ts";
import { freeze, moveClocks } from "../support/frozen.ts";
import { CHANGES, expectOneKeyEach } from "../support/keys.ts";
import { type FaultProxy, gate } from "../support/proxy.ts";
import { expect, secretsOf, test, watch } from "../support/test.ts";
import { untilInstalled } from "../support/worker.ts";

/** A worker waits a few seconds between its passes, and longer after failures. */
const DELIVERY_MS_MAX = 30_000;
/** Longer than a lock is respected without progress, and than a claim lasts. */
const TAKEOVER_MS = 100_000;

test("what was logged offline is delivered with no page open, as soon as there is a network", async ({
  app,
  api,
  account,
  context,
  net,
}) => {
  await app.register(account);
  await untilInstalled(app.page);
  // The browser must not end with its last page.
  await context.newPage();
  // A worker that starts in a browser which only says that it is offline has a network for its first moments.
  const listen = await net.refuse();
  await app.goOffline();
  await app.log("Written in a tunnel");
  await app.expectEntry("Written in a tunnel", "waiting");
  await app.page.close();
  expect(await api.notes(), "nothing has got through").toEqual([]);

  await listen();
  await context.setOffline(false);
  await expect.poll(() => api.notes(), { timeout: DELIVERY_MS_MAX }).toEqual(["Written in a tunnel"]);
  expectOneKeyEach(net, 1);
});

test("a page that is closed in the middle of a send leaves the rest to the worker", async ({
  app,
  api,
  account,
  context,
  net,
}) => {
  await app.register(account);
  await untilInstalled(app.page);
  await context.newPage();
  // The page's own request never gets anywhere.
  net.fault("POST", CHANGES, { kind: "hold", until: new Promise(() => {}) }, 1);
  await app.log("Saved and closed");
  await expect.poll(() => net.count("POST", CHANGES)).toBe(1);
  await app.page.close();

  await expect.poll(() => api.notes(), { timeout: DELIVERY_MS_MAX }).toEqual(["Saved and closed"]);
  expectOneKeyEach(net, 1);
});

for (const lastChance of [false, true]) {
  test(`with no page open a sync event ${lastChance ? "at its last chance " : ""}delivers what is pending, once`, async ({
    app,
    api,
    account,
    context,
    net,
  }) => {
    const waker = await pendingWithNoPage(app, account, net, "Left behind");
    expect(await waker.hasEngine(), "nothing has needed it yet").toBe(false);

    await waker.wake({ lastChance });
    await expect.poll(() => api.notes()).toEqual(["Left behind"]);
    await waker.untilFlushed();

    const again = new App(await context.newPage(), app.origin);
    await again.open();
    await again.expectEntry("Left behind", "synced");
    expect(await again.outboxCount()).toBe(0);
    expect(await api.notes()).toEqual(["Left behind"]);
    expectOneKeyEach(net, 1);
  });
}

test("a sync event while a page flushes leads to one mood at the server", async ({ app, api, account, context, net }) => {
  await app.register(account);
  await untilInstalled(app.page);
  const waker = await Waker.of(context, app.origin);
  const { release, until } = gate();
  net.fault("POST", CHANGES, { kind: "hold", until }, 1);
  await app.log("On its way");
  await expect.poll(() => net.count("POST", CHANGES)).toBe(1);

  await waker.wake();
  // The page is at it for too long and says so: the worker sees for itself, and finds the lock taken.
  await expect.poll(() => waker.hasEngine()).toBe(true);
  release();
  await app.expectEntry("On its way", "synced");
  await waker.untilFlushed();
  expect(await api.notes()).toEqual(["On its way"]);
  expectOneKeyEach(net, 1);
  expect(net.count("POST", CHANGES), "nothing was sent twice").toBe(1);
});

test("a page that is looked at does the work when a sync event comes", async ({ app, api, account, context, net }) => {
  await withoutBackgroundSync(app.page);
  // A hint begins a pass as well, and with it the wait for a pass that runs.
  net.refuseSockets();
  await app.page.clock.install();
  await app.register(account);
  await untilInstalled(app.page);
  const waker = await Waker.of(context, app.origin);
  const passes = () => app.page.evaluate(async () => (await navigator.locks.query()).held?.length);
  // From here on none of the page's own timers can be what delivers it; what was due at once may still have a pass.
  await app.page.clock.pauseAt(Date.now() + 1_000);
  const end = net.fault("POST", CHANGES, { kind: "reset" });
  await app.log("Waiting for a word");
  await app.expectEntry("Waiting for a word", "waiting");
  await expect.poll(() => net.count("POST", CHANGES), "the save's own pass was in vain").toBe(1);
  await expect.poll(passes).toBe(0);
  end();

  await waker.wake();
  await expect.poll(() => api.notes()).toEqual(["Waiting for a word"]);
  await app.expectEntry("Waiting for a word", "synced");
  await waker.untilIdle();
  expect(await waker.hasEngine()).toBe(false);
});

test("a page of ours that does not know the question holds nothing up", async ({ app, api, account, context, net }) => {
  const waker = await pendingWithNoPage(app, account, net, "Beside the manual");
  const manual = await context.newPage();
  await manual.goto(`${app.origin}/api/docs`);

  await waker.wake();
  await expect.poll(() => api.notes(), { timeout: DELIVERY_MS_MAX }).toEqual(["Beside the manual"]);
});

test("the worker sends nothing in device mode and nothing after signing out", async ({ app, account, context, net }) => {
  await withoutBackgroundSync(app.page);
  await app.register(account);
  await untilInstalled(app.page);
  await context.newPage();
  net.fault("POST", CHANGES, { kind: "reset" });
  await app.log("Kept for Alice");
  await app.expectEntry("Kept for Alice", "waiting");
  await app.signOutKeepingUnsent();
  await app.open();
  await app.log("On this device alone");
  await app.expectEntry("On this device alone", "local");
  const waker = await Waker.of(context, app.origin);
  await app.page.close();
  const before = net.asked.length;

  await waker.wake();
  await waker.untilFlushed();
  expect(net.asked.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test("sync turned off with something pending stays off in the worker", async ({ app, account, context, net }) => {
  const waker = await pendingWithNoPage(app, account, net, "Written while it was on");
  const again = new App(await context.newPage(), app.origin);
  await withoutBackgroundSync(again.page);
  const end = net.fault("POST", CHANGES, { kind: "reset" });
  await again.open("/settings");
  await again.page.getByTestId("mode-device").click();
  await again.expectSync("device");
  await again.page.close();
  end();
  const before = net.asked.length;

  await waker.wake();
  await waker.untilFlushed();
  expect(net.asked.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test("a frozen tab that holds the lock does not keep the worker from delivering", async ({
  killable,
  api,
  account,
  net,
}) => {
  const app = new App(await killable.open({ asItIs: true }), net.origin);
  const context = app.page.context();
  await withoutBackgroundSync(app.page);
  await app.register(account);
  await untilInstalled(app.page);
  const { release, until } = gate();
  net.fault("POST", CHANGES, { kind: "hold", until }, 1);
  await app.log("Held by a frozen tab");
  await expect.poll(() => net.count("POST", CHANGES)).toBe(1);
  const waker = await Waker.of(context, app.origin);
  const thaw = await freeze(app.page);
  const worker = waker.worker() as Worker;
  await worker.evaluate(countLockRequests);

  await waker.wake();
  await expect.poll(() => worker.evaluate("lockRequests")).toBeGreaterThan(0);
  expect(await api.notes(), "the lock may be somebody's who is at work").toEqual([]);
  await moveClocks(worker, TAKEOVER_MS);
  await expect.poll(() => api.notes()).toEqual(["Held by a frozen tab"]);
  await waker.untilFlushed();

  await thaw();
  release();
  await app.page.bringToFront();
  await app.expectEntry("Held by a frozen tab", "synced");
  expect(await app.outboxCount()).toBe(0);
  expect(await api.notes()).toEqual(["Held by a frozen tab"]);
  expectOneKeyEach(net, 1);
});

for (const next of ["the next sync event", "the next page"]) {
  test(`a worker that is killed in the middle of a send loses nothing: ${next} delivers it, once`, async ({
    app,
    api,
    account,
    context,
    net,
  }) => {
    const waker = await pendingWithNoPage(app, account, net, "Cut off");
    const { release, until } = gate();
    net.fault("POST", CHANGES, { kind: "hold", until }, 1);
    const before = net.count("POST", CHANGES);
    await waker.wake();
    await expect.poll(() => net.count("POST", CHANGES)).toBe(before + 1);
    await waker.kill();
    // The server hears it only now, when nobody listens to the answer any more.
    release();
    await expect.poll(() => api.notes()).toEqual(["Cut off"]);

    const again = new App(await context.newPage(), app.origin);
    if (next === "the next page") {
      await again.open();
    } else {
      await waker.wake();
      await waker.untilFlushed();
      await withoutBackgroundSync(again.page);
      await again.open();
    }
    await again.expectEntry("Cut off", "synced");
    expect(await again.outboxCount()).toBe(0);
    expect(await api.notes()).toEqual(["Cut off"]);
    expectOneKeyEach(net, 1);
  });
}

test("a browser without Background Sync loses nothing but time, and reports no error", async ({
  app,
  api,
  build,
  account,
  context,
  net,
}) => {
  await build.beforeWorker(WITHOUT_BACKGROUND_SYNC);
  await withoutBackgroundSync(app.page);
  const warnings: string[] = [];
  context.on("serviceworker", (worker) => worker.on("console", (line) => warnings.push(line.text())));
  await app.register(account);
  await untilInstalled(app.page);
  expect(await app.page.evaluate(() => "SyncManager" in window)).toBe(false);
  const end = net.fault("POST", CHANGES, { kind: "reset" });
  await app.log("For the next time");
  await app.expectEntry("For the next time", "waiting");
  await untilTried(net);
  await app.page.close();
  // A try that the page began before it was closed may be on its way still: the fault meets that one, too.
  expect(await api.notes(), "nothing has got through").toEqual([]);
  end();

  const again = new App(await context.newPage(), app.origin);
  const watched = watch(again.page);
  await withoutBackgroundSync(again.page);
  await again.open();
  await again.expectEntry("For the next time", "synced");
  expect(await api.notes()).toEqual(["For the next time"]);
  watched.expectQuiet(secretsOf(app, net, account));
  expect(warnings, "the worker's console").toEqual([]);
});

/**
 * An entry that could not be sent, and no page open any more. The page has no Background Sync, so that no event but
 * the test's own wakes the worker.
 */
async function pendingWithNoPage(app: App, account: Account, net: FaultProxy, note: string): Promise<Waker> {
  await withoutBackgroundSync(app.page);
  await app.register(account);
  await untilInstalled(app.page);
  const waker = await Waker.of(app.page.context(), app.origin);
  const end = net.fault("POST", CHANGES, { kind: "reset" });
  await app.log(note);
  await app.expectEntry(note, "waiting");
  await untilTried(net);
  await app.page.close();
  // A try that the page began before it was closed may be on its way still: the fault meets that one, too.
  await fetch(`${net.origin}/api/v1/health`);
  end();
  return waker;
}

/** An entry waits from the moment it is saved: a page that is closed then may have its first request on its way. */
async function untilTried(net: FaultProxy): Promise<void> {
  await expect.poll(() => net.count("POST", CHANGES)).toBeGreaterThan(0);
}

/** Runs in the worker: counts in `lockRequests` how often it asks for a lock. */
function countLockRequests(): void {
  const scope = globalThis as unknown as { lockRequests: number };
  scope.lockRequests = 0;
  const request = navigator.locks.request.bind(navigator.locks) as (...args: unknown[]) => Promise<unknown>;
  navigator.locks.request = (...args: unknown[]) => {
    scope.lockRequests += 1;
    return request(...args);
  };
}

async function withoutBackgroundSync(page: Page): Promise<void> {
  await page.addInitScript(WITHOUT_BACKGROUND_SYNC);
}
