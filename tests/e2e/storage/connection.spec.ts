import type { Page } from "@playwright/test";

import { closeConnections, failOpens, stubStorage } from "../support/storage.ts";
import { expect, test } from "../support/test.ts";

/** More opens than a start, a click or an hour of trying may take. */
const FOR_EVER = 100_000;
/** What a start may try: a few times, each with the registry twice. */
const OPENS_MAX = 8;

for (const silently of [false, true]) {
  test(`a connection that the browser closes ${silently ? "without a word" : "and says so"} is opened again by itself`, async ({
    app,
    api,
    account,
  }) => {
    await stubStorage(app.page);
    await app.register(account);
    await app.log("Before");
    await app.expectSync("synced", 0);

    await closeConnections(app.page, { silently });
    await app.log("After");

    await app.expectEntry("After", "synced");
    await expect(app.entry("Before")).toBeVisible();
    await expect(app.page.getByTestId("trouble-banner")).toHaveCount(0);
    expect(await api.notes()).toEqual(["After", "Before"]);
  });
}

test("a database that opens at the third try needs nobody", async ({ app }) => {
  await stubStorage(app.page);
  await app.page.addInitScript(() => {
    window.storageStub.failing = 2;
  });

  await app.open();

  await app.log("In spite of it");
});

test("a database that does not open is tried a few times, then told, and opens at a touch once it can", async ({
  app,
}) => {
  await stubStorage(app.page);
  await app.page.addInitScript((times) => {
    window.storageStub.failing = times;
  }, FOR_EVER);
  await app.page.goto(app.origin);
  const trouble = app.page.getByTestId("trouble");

  await expect(trouble).toContainText("can’t open its database");
  await expect(trouble).toContainText("Nothing was changed or deleted");
  const opens = await countOpens(app.page);
  expect(opens).toBeLessThanOrEqual(OPENS_MAX);
  await trouble.getByRole("button").click();
  await expect(trouble).toContainText("it is still so");
  expect(await countOpens(app.page), "nothing goes on trying unseen").toBe(2 * opens);
  await app.page.evaluate(() => document.body.setAttribute("data-same-page", ""));
  await failOpens(app.page, 0);
  await trouble.getByRole("button").click();

  await app.started();
  await expect(app.page.locator("body")).toHaveAttribute("data-same-page", "");
  await app.log("After all");
});

test("a connection that is lost for good in the middle of a note is told, and the note is saved once it is back", async ({
  app,
  api,
  account,
}) => {
  await stubStorage(app.page);
  await app.register(account);
  await app.log("Before");
  await app.page.getByTestId("mood-hopeful").click();
  await failOpens(app.page, FOR_EVER);
  await closeConnections(app.page);

  const banner = app.page.getByTestId("trouble-banner");
  await expect(banner).toContainText("can’t open its database");
  await app.note.fill("Typed without a database");
  await app.page.getByTestId("save-entry").click();
  const alert = app.page.getByRole("alert").filter({ hasText: "can’t be reached" });
  await expect(alert).toContainText("Nothing was saved, and what you wrote is still here.");
  await expect(app.page.getByTestId("draft-keeping")).toContainText("in this tab alone");

  await failOpens(app.page, 0);
  await banner.getByRole("button").click();
  await expect(banner).toHaveCount(0);
  await app.page.getByTestId("save-entry").click();
  await app.expectEntry("Typed without a database", "synced");
  await expect(app.page.getByTestId("draft-keeping")).toHaveCount(0);
  expect(await api.notes()).toEqual(["Before", "Typed without a database"]);
});

function countOpens(page: Page): Promise<number> {
  return page.evaluate(() => window.storageStub.opens);
}
