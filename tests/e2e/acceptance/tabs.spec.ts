import type { BrowserContext } from "@playwright/test";

import { App } from "../support/app.ts";
import { WITHOUT_LOCKS_AND_CHANNELS } from "../support/background.ts";
import { freeze, moveClocks } from "../support/frozen.ts";
import { CHANGES, expectOneKeyEach } from "../support/keys.ts";
import { gate } from "../support/proxy.ts";
import { expect, secretsOf, test, watch } from "../support/test.ts";
import { words } from "../support/words.ts";
import { untilInstalled } from "../support/worker.ts";

/** Long before a tab that hears nothing would look by itself. */
const SEEN_MS_MAX = 10_000;
const DELIVERY_MS_MAX = 30_000;
/** Ways back within which a browser must have kept the page once. */
const WAYS_BACK_MAX = 5;
const MINUTE_MS = 60_000;

test("a change in one tab shows in the others before their timers look", async ({ app, context }) => {
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

test("what is chosen in one tab shows in the others, and what they choose next leaves it as it is", async ({
  app,
  context,
}) => {
  await app.open("/settings");
  const other = await secondTab(app, context);
  await other.open("/settings");
  const keys = (tab: App) => tab.page.getByTestId("mood-keys");
  const theme = (tab: App) => tab.page.getByRole("combobox", { name: words("settings.theme") });

  await keys(app).uncheck();
  await expect(keys(other)).not.toBeChecked();
  await theme(other).selectOption("dark");
  await expect(theme(app)).toHaveValue("dark");

  await app.open("/settings");
  await expect(keys(app)).not.toBeChecked();
  await expect(theme(app)).toHaveValue("dark");
});

test("what one tab has sent shows as sent in the others before their timers look", async ({ app, account, context }) => {
  await app.register(account);
  const other = await secondTab(app, context);
  await app.log("Delivered from next door");
  await app.expectEntry("Delivered from next door", "synced");
  await expect(other.entry("Delivered from next door")).toHaveAttribute("data-sync", "synced", {
    timeout: SEEN_MS_MAX,
  });
  await expect(other.syncStatus).toHaveAttribute("data-state", "synced", { timeout: SEEN_MS_MAX });
});

test("signing out in one tab takes the entries out of the others before their timers look", async ({
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
  net,
}) => {
  await context.addInitScript(WITHOUT_LOCKS_AND_CHANNELS);
  // A timer of five seconds, which is the shortest there is, instead of thirty.
  const config = JSON.stringify({ sync_interval_seconds: 5 });
  net.fault("GET", /^\/config\.json/, {
    kind: "answer",
    status: 200,
    headers: { "content-type": "application/json" },
    body: config,
  });
  await app.open();
  const other = await secondTab(app, context);

  await app.log("Seen by the clock");
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
  const other = new App(await context.newPage(), net.origin);
  await other.open();

  // A browser keeps a page as it likes: what is looked at is a way back on which it did.
  let written = "";
  const wasKept = async (visit: number) => {
    await page.goto(`${net.origin}/api/docs`);
    written = `Written meanwhile, ${visit}`;
    await other.log(written);
    await page.goBack({ waitUntil: "commit" });
    const persisted = page.locator("html[data-persisted]");
    await persisted.waitFor();
    return (await persisted.getAttribute("data-persisted")) === "true";
  };
  let visits = 1;
  while (!(await wasKept(visits))) {
    visits += 1;
    expect(visits, "the browser never keeps the page").toBeLessThanOrEqual(WAYS_BACK_MAX);
  }
  await expect(app.entry(written)).toBeVisible();
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
  // The first request of each tab hangs until all is written; then both have much to send, and some answers get lost.
  const { release, until } = gate();
  net.fault("POST", CHANGES, { kind: "hold", until }, 2);
  net.fault("POST", CHANGES, { kind: "lose-answer" }, 2);
  const notes: string[] = [];
  for (const number of [1, 2, 3]) {
    notes.push(`Here ${number}`, `There ${number}`);
    await app.log(`Here ${number}`);
    await other.log(`There ${number}`);
  }
  await expect.poll(() => net.count("POST", CHANGES)).toBeGreaterThanOrEqual(2);
  release();
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
 * The tab holds the lock and a claim, and its request is on its way, when the browser freezes it. An hour goes by on
 * the clocks of both tabs, which are moved: the minutes that really pass while it is frozen are the simulator's to make
 * hours of.
 */
for (const knows of ["with locks", "without locks and channels"]) {
  test(`a tab that is frozen for an hour in the middle of a send does no harm, ${knows}`, async ({
    killable,
    api,
    account,
    net,
  }) => {
    const app = new App(await killable.open({ asItIs: true }), net.origin);
    const context = app.page.context();
    if (knows !== "with locks") {
      await context.addInitScript(WITHOUT_LOCKS_AND_CHANNELS);
    }
    await app.register(account);
    const { release, until } = gate();
    net.fault("POST", CHANGES, { kind: "hold", until }, 1);
    await app.log("Frozen on the way");
    await expect.poll(() => net.count("POST", CHANGES)).toBe(1);
    const other = new App(await context.newPage(), app.origin);
    const watched = [watch(app.page), watch(other.page)];
    const thaw = await freeze(app.page);

    await other.open();
    // The other tab looks at the app every minute. First the lock and the claim are respected, then no more.
    let minutes = 0;
    const minuteLater = async () => {
      minutes += 1;
      await moveClocks(other.page, MINUTE_MS);
      await other.page.evaluate(() => window.dispatchEvent(new Event("focus")));
      return other.entry("Frozen on the way").getAttribute("data-sync");
    };
    await expect.poll(minuteLater).toBe("synced");
    expect(minutes, "a claim is respected while it lasts").toBeGreaterThan(1);
    expect(await api.notes()).toEqual(["Frozen on the way"]);

    await moveClocks(other.page, (60 - minutes) * MINUTE_MS);
    await moveClocks(app.page, 60 * MINUTE_MS);
    await thaw();
    // Only now does its own request reach the server, and the answer the tab.
    release();
    await app.page.bringToFront();
    await app.expectEntry("Frozen on the way", "synced");
    await app.log("Thawed and well");
    await app.expectEntry("Thawed and well", "synced");
    await app.expectSync("synced", 0);
    expect(await app.outboxCount()).toBe(0);
    expect(await api.notes()).toEqual(["Frozen on the way", "Thawed and well"]);
    expectOneKeyEach(net, 2);
    watched.forEach((page) => page.expectQuiet(secretsOf(app, net, account)));
  });
}

async function secondTab(app: App, context: BrowserContext): Promise<App> {
  const other = new App(await context.newPage(), app.origin);
  await other.open();
  return other;
}
