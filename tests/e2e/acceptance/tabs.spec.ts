import type { BrowserContext } from "@playwright/test";

import { App } from "../support/app.ts";
import { freeze, WITHOUT_LOCKS_AND_CHANNELS } from "../support/background.ts";
import { CHANGES, expectOneKeyEach } from "../support/keys.ts";
import { expect, secretsOf, test, watch } from "../support/test.ts";
import { untilInstalled } from "../support/worker.ts";

/** What is promised of a change in another tab. */
const SEEN_MS_MAX = 1_000;
const DELIVERY_MS_MAX = 30_000;
const MINUTE_MS = 60_000;

test("a change in one tab shows in the others within a second", async ({ app, context }) => {
  await app.open();
  const other = await secondTab(app, context);

  await app.log("Said next door");
  await expect(other.entry("Said next door")).toBeVisible({ timeout: SEEN_MS_MAX });
  await app.edit("Said next door", "Said next door, and louder");
  await expect(other.entry("Said next door, and louder")).toBeVisible({ timeout: SEEN_MS_MAX });
  await app.open();
  await app.entry("Said next door, and louder").getByTestId("entry-delete").click();
  await expect(other.entry("Said next door, and louder")).toHaveCount(0, { timeout: SEEN_MS_MAX });
});

test("what one tab has sent shows as sent in the others within a second", async ({ app, account, context }) => {
  await app.register(account);
  const other = await secondTab(app, context);
  await app.log("Delivered from next door");
  await app.expectEntry("Delivered from next door", "synced");
  await expect(other.entry("Delivered from next door")).toHaveAttribute("data-sync", "synced", {
    timeout: SEEN_MS_MAX,
  });
  await expect(other.syncStatus).toHaveAttribute("data-state", "synced", { timeout: SEEN_MS_MAX });
});

test("signing out in one tab takes the entries out of the others within a second", async ({
  app,
  account,
  context,
}) => {
  await app.register(account);
  await app.log("Alice's own");
  await app.expectSync("synced", 0);
  const other = await secondTab(app, context);
  await expect(other.entry("Alice's own")).toBeVisible();

  await app.signOut();
  await expect(other.syncStatus).toHaveAttribute("data-state", "device", { timeout: SEEN_MS_MAX });
  await expect(other.entry("Alice's own")).toHaveCount(0, { timeout: SEEN_MS_MAX });
});

test("a tab that hears nothing sees the change on its own timer, and when it is looked at", async ({
  app,
  context,
}) => {
  await context.addInitScript(WITHOUT_LOCKS_AND_CHANNELS);
  await app.open();
  const other = new App(await context.newPage(), app.origin);
  await other.page.clock.install();
  await other.open();

  await app.log("Seen by the clock");
  // The interval is thirty seconds; what waits for it in this page is the tab's clock alone.
  await other.page.clock.runFor(31_000);
  await expect(other.entry("Seen by the clock")).toBeVisible();

  await app.log("Seen by looking");
  await other.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(other.entry("Seen by looking")).toBeVisible();
});

test("a page that comes back from the browser's cache reads anew", async ({ killable, net }) => {
  // Playwright's own browser keeps no pages, this one does.
  const page = await killable.open();
  const context = page.context();
  // A message to a page that is kept would make the browser drop it.
  await context.addInitScript(WITHOUT_LOCKS_AND_CHANNELS);
  await page.addInitScript(() => {
    addEventListener("pageshow", (event) => {
      document.documentElement.dataset.persisted = String(event.persisted);
    });
  });
  const app = new App(page, net.origin);
  await app.open();
  // A worker that takes over a kept page makes the browser drop it as well.
  await untilInstalled(page);
  await page.goto(`${net.origin}/api/docs`);
  const other = new App(await context.newPage(), net.origin);
  await other.open();
  await other.log("Written meanwhile");

  await page.goBack({ waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-persisted", "true");
  await expect(app.entry("Written meanwhile")).toBeVisible();
});

test("two tabs that know nothing of each other deliver every entry once, each under a key of its own", async ({
  app,
  api,
  account,
  context,
  net,
}) => {
  await context.addInitScript(WITHOUT_LOCKS_AND_CHANNELS);
  await app.register(account);
  const other = await secondTab(app, context);
  const end = net.fault("POST", CHANGES, { kind: "reset" });
  const notes: string[] = [];
  for (const number of [1, 2, 3, 4, 5]) {
    notes.push(`Here ${number}`, `There ${number}`);
    await app.log(`Here ${number}`);
    await other.log(`There ${number}`);
  }
  // Answers that are slow enough for the tabs to meet, and some that get lost.
  end();
  net.fault("POST", CHANGES, { kind: "lose-answer" }, 3);

  await Promise.all([app, other].map((tab) => tab.page.evaluate(() => window.dispatchEvent(new Event("online")))));
  await expect.poll(() => api.notes(), { timeout: DELIVERY_MS_MAX }).toEqual(notes.sort());
  for (const tab of [app, other]) {
    await tab.open();
    await expect(tab.syncStatus).toHaveAttribute("data-state", "synced", { timeout: DELIVERY_MS_MAX });
  }
  expect(await app.outboxCount()).toBe(0);
  expect(await api.notes()).toEqual(notes);
  expectOneKeyEach(net, notes.length);
});

/**
 * The tab holds the lock and a claim, and its request is on its way, when the browser freezes it for an hour. The hour
 * is the other tab's: its clock is moved ahead while the frozen one's stands still. (What an hour does to a tab whose
 * own clock goes on is the simulator's to show: it freezes tabs for hours.)
 */
for (const knows of ["with locks", "without locks and channels"]) {
  test(`a tab that is frozen for an hour in the middle of a send does no harm, ${knows}`, async ({
    app,
    api,
    account,
    context,
    net,
  }) => {
    if (knows !== "with locks") {
      await context.addInitScript(WITHOUT_LOCKS_AND_CHANNELS);
    }
    await app.register(account);
    const other = new App(await context.newPage(), app.origin);
    const watched = watch(other.page);
    await other.page.clock.install();
    await other.open();
    let release = () => {};
    const until = new Promise<void>((resolve) => (release = resolve));
    net.fault("POST", CHANGES, { kind: "hold", until }, 1);
    await app.log("Frozen on the way");
    await expect.poll(() => net.count("POST", CHANGES)).toBe(1);
    const thaw = await freeze(app.page);

    for (let minutes = 0; minutes < 60; minutes += 1) {
      await other.page.clock.runFor(MINUTE_MS);
    }
    await expect.poll(() => api.notes(), { timeout: DELIVERY_MS_MAX }).toEqual(["Frozen on the way"]);
    await other.expectEntry("Frozen on the way", "synced");

    await thaw();
    // Only now does its own request reach the server, and its answer the tab.
    release();
    await app.expectEntry("Frozen on the way", "synced");
    await app.log("Thawed and well");
    await app.expectEntry("Thawed and well", "synced");
    await app.expectSync("synced", 0);
    expect(await app.outboxCount()).toBe(0);
    expect(await api.notes()).toEqual(["Frozen on the way", "Thawed and well"]);
    expectOneKeyEach(net, 2);
    watched.expectQuiet(secretsOf(app, net, account));
  });
}

async function secondTab(app: App, context: BrowserContext): Promise<App> {
  const other = new App(await context.newPage(), app.origin);
  await other.open();
  return other;
}
