import { App } from "../support/app.ts";
import { Waker } from "../support/background.ts";
import { CHANGES } from "../support/keys.ts";
import { countBodies, lockScreen, PASSPHRASE, setLock, tryPassphrase, unlock } from "../support/lock.ts";
import { bystander, dumpDatabases } from "../support/storage.ts";
import { expect, test } from "../support/test.ts";
import { untilInstalled } from "../support/worker.ts";

const MINUTE_MS = 60_000;

test("a locked app shows nothing of what it holds, and all of it once it is unlocked", async ({ app, account }) => {
  await app.register(account);
  await app.log("From before the lock");
  await app.expectSync("synced", 0);
  expect((await countBodies(app.page)).plain, "the test counts bodies").toBeGreaterThan(0);
  await setLock(app);
  expect((await countBodies(app.page)).plain).toBe(0);

  await app.page.getByRole("link", { name: "Today" }).first().click();
  await expect(app.entry("From before the lock")).toBeVisible();
  await app.page.getByTestId("mood-peaceful").click();
  await app.note.fill("Half a thought");
  await app.page.getByRole("link", { name: "Settings" }).first().click();
  await app.page.getByRole("button", { name: "Lock now" }).click();

  await expect(lockScreen(app.page)).toBeVisible();
  const shown = await app.page.content();
  for (const secret of ["From before", "Half a thought", account.email, account.name]) {
    expect(shown, "the page").not.toContain(secret);
  }
  await expect(app.page).toHaveTitle("Lume is locked · Lume");
  expect((await countBodies(app.page)).plain).toBe(0);
  const small = await app.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(small).not.toContain("Half a thought");

  await unlock(app);
  await app.page.getByRole("link", { name: "Today" }).first().click();
  await expect(app.entry("From before the lock")).toBeVisible();
  await expect(app.note).toHaveValue("Half a thought");
});

test("a page that is loaded anew is locked, also without a network", async ({ app }) => {
  await app.open();
  await app.log("Kept under lock");
  await setLock(app);
  await app.goOffline();
  await app.page.goto(app.origin);
  await expect(lockScreen(app.page)).toBeVisible();
  await unlock(app);
  await expect(app.entry("Kept under lock")).toBeVisible();
});

test("locking in one tab locks all of them, whatever they were doing", async ({ app, context }) => {
  await app.open();
  await app.log("Seen in both");
  const other = new App(await context.newPage(), app.origin);
  await other.open();
  await expect(other.entry("Seen in both")).toBeVisible();

  await setLock(app);
  await expect(lockScreen(other.page), "a lock that was set next door").toBeVisible();
  await unlock(other);
  await expect(other.entry("Seen in both")).toBeVisible();

  await app.page.getByRole("button", { name: "Lock now" }).press("Enter");
  await expect(lockScreen(app.page)).toBeVisible();
  await expect(lockScreen(other.page)).toBeVisible();
  await unlock(app);
  await expect(lockScreen(other.page), "each tab is unlocked by itself").toBeVisible();
});

test("a wrong passphrase opens nothing, and each one doubles the wait, which a reload does not end", async ({ app }) => {
  await app.open();
  await setLock(app);
  await app.page.getByRole("button", { name: "Lock now" }).press("Enter");
  await expect(lockScreen(app.page)).toBeVisible();
  const wait = app.page.getByTestId("lock-wait");

  await tryPassphrase(app.page, "not the passphrase");
  await expect(app.page.getByText("That is not the passphrase")).toBeVisible();
  await expect(wait).toHaveText(/in 1 second/);
  await expect(wait).toHaveCount(0);
  await tryPassphrase(app.page, "nor this one");
  await expect(wait).toHaveText(/in 2 seconds/);
  await expect(wait).toHaveCount(0);
  await tryPassphrase(app.page, "nor that one");
  await expect(wait).toHaveText(/in 4 seconds/);

  await app.page.reload();
  await expect(lockScreen(app.page)).toBeVisible();
  await expect(wait).toHaveText(/in [234] seconds/);
  await expect(wait).toHaveCount(0);
  await unlock(app);
});

test("a locked app and its worker send nothing, and what waits goes out after the unlock, once", async ({
  app,
  api,
  account,
  context,
  net,
}) => {
  await app.register(account);
  await setLock(app);
  await untilInstalled(app.page);
  const waker = await Waker.of(context, app.origin);
  const lift = net.fault("POST", CHANGES, { kind: "reset" });
  await app.page.getByRole("link", { name: "Today" }).first().click();
  await app.log("Written before the lock");
  await app.expectEntry("Written before the lock", "waiting");
  await app.page.getByRole("link", { name: "Settings" }).first().click();
  await app.page.getByRole("button", { name: "Lock now" }).click();
  await expect(lockScreen(app.page)).toBeVisible();
  lift();

  const asked = net.asked.length;
  const stored = await dumpDatabases(app.page);
  await app.page.evaluate(() => {
    window.dispatchEvent(new Event("focus"));
    window.dispatchEvent(new Event("online"));
  });
  const aside = await bystander(app);
  await app.page.goto("about:blank");
  await waker.wake();
  await waker.untilFlushed();
  expect(net.asked, "requests while it is locked").toHaveLength(asked);
  expect(await dumpDatabases(aside), "and no event was touched").toBe(stored);

  await app.page.goto(app.origin);
  await unlock(app);
  await app.expectEntry("Written before the lock", "synced");
  expect(await api.notes()).toEqual(["Written before the lock"]);
});

test("an app that is left alone locks after the chosen time", async ({ app }) => {
  await app.page.clock.install();
  await app.open();
  await app.log("Left alone");
  await setLock(app, PASSPHRASE, "1");

  await app.page.clock.fastForward(MINUTE_MS - 10_000);
  await app.page.getByRole("heading", { name: "App lock" }).click();
  await app.page.clock.fastForward(MINUTE_MS - 10_000);
  await expect(app.page.getByRole("button", { name: "Lock now" }), "it was touched").toBeVisible();
  await app.page.clock.fastForward(20_000);
  await expect(lockScreen(app.page)).toBeVisible();
});

test("an app that is to lock in the background does so as soon as it is there", async ({ app }) => {
  await app.open();
  await setLock(app, PASSPHRASE, "0");
  await app.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide")));
  await expect(lockScreen(app.page)).toBeVisible();
});

test("another passphrase opens what was sealed under the one before", async ({ app }) => {
  await app.open();
  await app.log("Sealed once");
  await setLock(app);
  const before = await dumpBodies(app);
  await app.page.getByRole("button", { name: "Change the passphrase" }).click();
  const dialog = app.page.getByRole("dialog");
  await dialog.getByLabel("Passphrase until now").fill(PASSPHRASE);
  await dialog.getByLabel("New passphrase").fill("three loud magpies");
  await dialog.getByLabel("The same again").fill("three loud magpies");
  await dialog.getByRole("button", { name: "Change it" }).click();
  await expect(dialog).toHaveCount(0);
  expect(await dumpBodies(app), "no row was written").toBe(before);

  await app.page.getByRole("button", { name: "Lock now" }).click();
  await unlock(app, "three loud magpies");
  await app.page.goto(app.origin);
  await unlock(app, "three loud magpies");
  await expect(app.entry("Sealed once")).toBeVisible();
});

test("a lock that is turned off leaves everything in the open, and as it was", async ({ app, context }) => {
  await app.open();
  await app.log("Locked for a while");
  const other = new App(await context.newPage(), app.origin);
  await other.open();
  await setLock(app);
  await expect(lockScreen(other.page)).toBeVisible();

  await app.page.getByRole("button", { name: "Turn the lock off" }).click();
  const dialog = app.page.getByRole("dialog");
  await dialog.getByLabel("Passphrase").fill(PASSPHRASE);
  await dialog.getByRole("button", { name: "Turn it off" }).click();
  await expect(app.page.getByRole("button", { name: "Set a passphrase" })).toBeVisible();

  expect((await countBodies(app.page)).sealed).toBe(0);
  await app.open();
  await expect(app.entry("Locked for a while")).toBeVisible();
  await expect(other.entry("Locked for a while"), "nobody asks for a passphrase any more").toBeVisible();
});

test("who has forgotten the passphrase is told what is lost, and erases the device", async ({ app, account }) => {
  await app.register(account);
  await setLock(app);
  await app.page.context().setOffline(true);
  await app.page.getByRole("link", { name: "Today" }).first().click();
  await app.log("Never sent");
  await app.page.getByRole("link", { name: "Settings" }).first().click();
  await app.page.getByRole("button", { name: "Lock now" }).click();
  await app.page.context().setOffline(false);

  await app.page.getByRole("button", { name: "Forgotten?" }).press("Enter");
  const dialog = app.page.getByRole("dialog");
  await expect(dialog.getByText("1 change has not been sent and will be lost.")).toBeVisible();
  await dialog.getByLabel(/to confirm/).pressSequentially("erase");
  await dialog.getByLabel(/to confirm/).press("Enter");
  await expect(app.page.getByTestId("erased")).toBeVisible();
  await app.page.getByRole("button", { name: "Begin anew" }).press("Enter");
  await app.expectSync("device");
  await expect(app.entry("Never sent")).toHaveCount(0);
});

/** Every stored byte of rows, to compare; but for what is derived, which is made whenever there is time. */
async function dumpBodies(app: App): Promise<string> {
  const all: Record<string, [store: string, keys: unknown[], values: unknown[]][]> = JSON.parse(await dumpDatabases(app.page));
  const profiles = Object.entries(all).filter(([name]) => name.startsWith("lume:"));
  const rows = profiles.map(([name, stores]) => {
    const kept = stores.filter(([store]) => !["stats", "search"].includes(store));
    return [name, kept.map(([store, keys, values]) => [store, keys.map((key, at) => [key, values[at]]).filter(([key]) => key !== "derived")])];
  });
  return JSON.stringify(rows);
}
