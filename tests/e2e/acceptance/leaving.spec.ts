import type { Page } from "@playwright/test";

import { App } from "../support/app.ts";
import { CHANGES } from "../support/keys.ts";
import { freeze } from "../support/frozen.ts";
import { gate } from "../support/proxy.ts";
import { expect, secretsOf, test, watch } from "../support/test.ts";
import { exportWith } from "../support/transfer.ts";
import { untilInstalled } from "../support/worker.ts";

/** Signs in, writes something that can't be sent, and asks to sign out. */
async function askToLeave(app: App, account: Parameters<App["register"]>[0]): Promise<void> {
  await app.register(account);
  await app.goOffline();
  await app.log("Not sent yet");
  await app.expectEntry("Not sent yet", "waiting");
  await app.page.getByRole("link", { name: "Settings" }).first().click();
  await app.page.getByRole("button", { name: "Sign out" }).click();
  await expect(app.page.getByRole("dialog").getByText("1 change has not arrived yet.")).toBeVisible();
}

test("signing out with unsent work: it is sent first", async ({ app, api, account, net }) => {
  await app.register(account);
  const { release, until } = gate();
  net.fault("POST", CHANGES, { kind: "hold", until }, 1);
  await app.log("Not sent yet");
  await app.page.getByRole("link", { name: "Settings" }).first().click();
  await app.page.getByRole("button", { name: "Sign out" }).click();
  const dialog = app.page.getByRole("dialog");
  await expect(dialog.getByText("1 change has not arrived yet.")).toBeVisible();
  await dialog.getByRole("button", { name: "Sync now first" }).click();
  release();
  await expect(dialog.getByText(/Everything has arrived/)).toBeVisible();
  await dialog.getByRole("button", { name: "Keep and sign out" }).click();
  await app.expectSync("device");
  expect(await api.notes()).toEqual(["Not sent yet"]);
  expect(await app.outboxCount()).toBe(0);
});

test("signing out with unsent work: it is kept for the account", async ({ app, api, account }) => {
  await askToLeave(app, account);
  await app.page.getByRole("dialog").getByRole("button", { name: "Keep and sign out" }).click();
  await app.expectSync("device");
  expect(await app.outboxCount()).toBe(1);
  await app.goOnline();
  await app.signIn(account);
  await app.expectEntry("Not sent yet", "synced");
  expect(await api.notes()).toEqual(["Not sent yet"]);
});

test("signing out with unsent work: it is written to a file", async ({ app, account }) => {
  await askToLeave(app, account);
  const dialog = app.page.getByRole("dialog");
  const file = await exportWith(app.page, dialog.getByTestId("export-unsent"));
  expect(file.entities.map(({ entity }) => entity.note)).toEqual(["Not sent yet"]);
  await expect(dialog.getByText("1 change is in the file")).toBeVisible();
});

test("signing out with unsent work: it is discarded, and so is the account's database", async ({ app, api, account }) => {
  await askToLeave(app, account);
  const dialog = app.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Discard them" }).click();
  await expect(dialog.getByText(/1 change is deleted for good/)).toBeVisible();
  await dialog.getByRole("button", { name: "Back" }).click();
  await dialog.getByRole("button", { name: "Discard them" }).press("Enter");
  await dialog.getByRole("button", { name: "Discard and sign out" }).press("Enter");
  await app.expectSync("device");
  await expect.poll(() => profiles(app)).toBe(1);
  expect(await app.outboxCount()).toBe(0);

  await app.goOnline();
  await app.signIn(account);
  await expect(app.entry("Not sent yet")).toHaveCount(0);
  expect(await api.notes()).toEqual([]);
});

test("what a frozen tab has claimed for one account is not sent under another one", async ({
  killable,
  api,
  account,
  net,
}) => {
  const app = new App(await killable.open({ asItIs: true }), net.origin);
  await app.register(account);
  const { release, until } = gate();
  net.fault("POST", CHANGES, { kind: "hold", until }, 1);
  // Together, so that one claim holds them all.
  await app.goOffline();
  for (const note of ["Claimed one", "Claimed two", "Claimed three"]) {
    await app.log(note);
  }
  await app.goOnline();
  await expect.poll(() => net.count("POST", CHANGES)).toBe(1);
  const other = new App(await app.page.context().newPage(), app.origin);
  const watched = [watch(app.page), watch(other.page)];
  const thaw = await freeze(app.page);

  await other.open("/settings");
  await other.page.getByRole("button", { name: "Sign out" }).click();
  await other.page.getByRole("dialog").getByRole("button", { name: "Keep and sign out" }).click();
  await other.expectSync("device");
  const bob = { ...account, email: `bob-${account.email}`, name: "Bob" };
  const before = net.seen.length;
  await other.register(bob);
  await other.log("Bob's own");
  await other.expectEntry("Bob's own", "synced");
  await thaw();
  release();
  // The thawed tab finds itself in another account's app.
  await app.page.bringToFront();
  await expect(app.entry("Bob's own")).toBeVisible();
  await expect(app.entry("Claimed one")).toHaveCount(0);

  const later = net.seen.slice(before).filter((seen) => /Claimed (one|two|three)/.test(seen.body));
  expect(later, "nothing of the first account's was asked for again").toEqual([]);
  // At most the request that was on its way when the tab was frozen has arrived, and that under its own account.
  expect((await api.notes()).filter((note) => note !== "Claimed one")).toEqual([]);
  watched.forEach((page) => page.expectQuiet(secretsOf(app, net, account)));
});

test("erasing a device leaves nothing of the app behind, and says when it is done", async ({ app, account, context }) => {
  await app.register(account);
  await app.log("Erased with all the rest");
  await app.expectEntry("Erased with all the rest", "synced");
  await app.signOut();
  await app.open();
  await app.log("The device's own");
  await untilInstalled(app.page);
  const other = await context.newPage();
  await other.goto(`${app.origin}/config.json`);
  expect(await kept(other)).toMatchObject({ databases: 3, workers: 1 });

  await app.open("/settings");
  await app.page.getByRole("button", { name: "Erase everything…" }).click();
  await app.page.getByLabel(/to confirm/).fill("erase");
  await app.page.getByRole("dialog").getByRole("button", { name: "Erase everything" }).click();
  await expect(app.page.getByTestId("erased")).toBeVisible();
  expect(await kept(other)).toEqual({ databases: 0, caches: 0, workers: 0, small: 0 });

  // Nothing comes back by itself.
  await app.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  expect(await kept(other)).toEqual({ databases: 0, caches: 0, workers: 0, small: 0 });
  await app.page.getByRole("button", { name: "Begin anew" }).click();
  await app.expectSync("device");
  await expect(app.page.getByTestId("entry")).toHaveCount(0);
});

async function profiles(app: App): Promise<number> {
  return app.page.evaluate(
    async () => (await indexedDB.databases()).filter(({ name }) => name?.startsWith("lume:")).length,
  );
}

/** How much the origin keeps, seen from a page that is not the app. */
async function kept(page: Page) {
  return page.evaluate(async () => ({
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    small: localStorage.length + sessionStorage.length,
  }));
}
