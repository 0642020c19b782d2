import type { Page } from "@playwright/test";

import { becomeVersion, bystander, dumpDatabases, profileDatabase, stubStorage } from "../support/storage.ts";
import { expect, test } from "../support/test.ts";

const NEWER = 3;

test("a tab whose database a newer version takes over makes way at once, writes no more and loses no note", async ({
  app,
  account,
  net,
}) => {
  await stubStorage(app.page);
  await app.register(account);
  await app.log("Saved before");
  await app.expectSync("synced", 0);
  await app.page.getByTestId("mood-hopeful").click();
  await app.note.fill("In the middle");
  const other = await bystander(app);
  const database = await profileDatabase(other);

  expect(await upgrade(other, database), "it held nobody up").toEqual(["success"]);

  const banner = app.page.getByTestId("trouble-banner");
  await expect(banner).toContainText("updated in another tab");
  const before = await dumpDatabases(other);
  await app.note.fill("In the middle of a thought");
  await expect(app.page.getByTestId("draft-keeping")).toContainText("in this tab alone");
  await app.page.getByTestId("save-entry").click();
  const alert = app.page.getByRole("alert").filter({ hasText: "can’t save any more" });
  await expect(alert).toContainText("Nothing was saved, and what you wrote is still here.");
  const asked = net.asked.length;
  await app.syncNow();
  expect(await dumpDatabases(other)).toBe(before);
  expect(net.asked).toHaveLength(asked);

  await app.page.reload();
  const trouble = app.page.getByTestId("trouble");
  await expect(trouble).toContainText("made by a newer version");
  expect(await dumpDatabases(other), "an older app touches nothing").toBe(before);

  await becomeVersion(app.page, NEWER);
  await trouble.getByRole("button", { name: "Reload" }).click();
  await app.started();
  await expect(app.note).toHaveValue("In the middle of a thought");
  await app.page.getByTestId("save-entry").click();
  await app.expectEntry("In the middle of a thought", "synced");
  await expect(app.entry("Saved before")).toBeVisible();
});

for (const which of ["registry", "profile"] as const) {
  test(`a ${which} that a newer version made is left alone by this one, which says so`, async ({ app }) => {
    await app.open();
    await app.log("From before");
    const other = await bystander(app);
    const database = which === "registry" ? "lume" : await profileDatabase(other);
    await app.page.goto("about:blank");
    await upgrade(other, database);
    const before = await dumpDatabases(other);

    await app.page.goto(app.origin);

    const trouble = app.page.getByTestId("trouble");
    await expect(trouble).toContainText("made by a newer version");
    await expect(trouble).toContainText("leaves them alone");
    await expect(trouble.getByRole("button", { name: "Reload" })).toBeVisible();
    expect(await dumpDatabases(other)).toBe(before);
  });
}

test("an upgrade that fails elsewhere leaves this tab at work", async ({ app }) => {
  await app.open();
  await app.log("Before");
  const other = await bystander(app);
  const database = await profileDatabase(other);

  expect(await upgrade(other, database, { fails: true })).toEqual(["error"]);

  await app.log("After");
  await expect(app.page.getByTestId("trouble-banner")).toHaveCount(0);
  await expect(app.entry("Before")).toBeVisible();
});

test("an update that an old tab holds up says so in time, and goes on by itself once the tab lets go", async ({
  app,
}) => {
  await stubStorage(app.page);
  await app.open();
  await app.log("From before");
  const holder = await bystander(app);
  const database = await profileDatabase(holder);
  await app.page.goto(`${app.origin}/config.json`);
  await becomeVersion(app.page, NEWER);
  await holder.evaluate(async (name) => {
    const opening = indexedDB.open(name);
    await new Promise((resolve) => {
      opening.onsuccess = resolve;
    });
    Object.assign(window, { held: opening.result });
  }, database);

  await app.page.goto(app.origin);

  const trouble = app.page.getByTestId("trouble");
  await expect(trouble).toContainText("keeps Lume’s database busy");
  await expect(trouble).toContainText("Your entries are safe");
  await app.page.evaluate(() => document.body.setAttribute("data-same-page", ""));
  await holder.evaluate(() => (window as unknown as { held: IDBDatabase }).held.close());
  await app.started();
  await expect(app.entry("From before")).toBeVisible();
  await expect(app.page.locator("body")).toHaveAttribute("data-same-page", "");
  await app.log("In the new version");
});

/** Opens a database at the newer version, as the app of that version does; returns what happened. */
async function upgrade(page: Page, name: string, { fails = false } = {}): Promise<string[]> {
  return page.evaluate(
    ([name, version, fails]) =>
      new Promise<string[]>((resolve) => {
        const happened: string[] = [];
        const opening = indexedDB.open(name, version);
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore("later");
          if (fails) {
            opening.transaction?.abort();
          }
        };
        opening.onblocked = () => happened.push("blocked");
        opening.onsuccess = () => {
          opening.result.close();
          resolve([...happened, "success"]);
        };
        opening.onerror = (event) => {
          event.preventDefault();
          resolve([...happened, "error"]);
        };
      }),
    [name, NEWER, fails] as const,
  );
}
