import type { Page } from "@playwright/test";

import { diary, NOW } from "../support/diary.ts";
import { expect, test } from "../support/test.ts";
import { importFile } from "../support/transfer.ts";
import { words } from "../support/words.ts";

const TABS_MAX = 60;

/** Goes on with Tab until the focus is where it shall be. */
async function tabTo(page: Page, wanted: ReturnType<Page["locator"]>): Promise<void> {
  for (let count = 0; count < TABS_MAX; count += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error("the keyboard does not come there");
}

test("an entry is logged, changed, deleted, brought back and found with the keyboard alone", async ({ app }) => {
  const { page } = app;
  await app.open();
  app.notes.push("By keyboard", "By keyboard, twice");

  await tabTo(page, page.getByRole("radio", { name: "Joyful" }));
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "Excited" })).toBeChecked();
  await tabTo(page, app.note);
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Control+Enter");
  await expect(app.entry("By keyboard")).toBeVisible();

  await tabTo(page, app.entry("By keyboard").getByTestId("entry-edit"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: words("edit.title") })).toBeFocused();
  await tabTo(page, app.note);
  await page.keyboard.press("End");
  await page.keyboard.type(", twice");
  await tabTo(page, page.getByTestId("save-entry"));
  await page.keyboard.press("Enter");
  await expect(app.entry("By keyboard, twice")).toBeVisible();

  await tabTo(page, app.entry("By keyboard, twice").getByTestId("entry-delete"));
  await page.keyboard.press("Enter");
  await expect(app.entry("By keyboard, twice")).toHaveCount(0);
  await expect(page.getByTestId("undo")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(app.entry("By keyboard, twice")).toBeVisible();

  await tabTo(page, page.getByRole("link", { name: words("app.history"), exact: true }).first());
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: words("history.title") })).toBeFocused();
  await tabTo(page, page.getByTestId("search"));
  await page.keyboard.type("twice");
  await expect(page).toHaveURL(/q=twice/);
  await expect(app.entry("By keyboard, twice")).toBeVisible();
});

test("settings are reached and changed with the keyboard alone, and a dialog gives the focus back", async ({ app }) => {
  const { page } = app;
  await app.open();
  await tabTo(page, page.getByRole("link", { name: words("app.settings"), exact: true }).first());
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: words("settings.title") })).toBeFocused();

  await tabTo(page, page.getByLabel(words("settings.theme")));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

  const opens = page.getByRole("button", { name: words("lock.set") });
  await tabTo(page, opens);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await expect(dialog.locator(":focus")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(opens).toBeFocused();
});

test("the first thing that Tab comes to leads past the navigation", async ({ app }) => {
  const { page } = app;
  await app.open("/settings");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: words("app.skip") })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.closest("main") !== null)).toBe(true);
});

test("a screen reader hears what was saved, deleted, brought back, and what went wrong", async ({ app }) => {
  const { page } = app;
  await app.open();
  const messages = page.getByRole("status", { name: words("app.messages") });
  await expect(messages).toBeAttached();
  await app.log("Heard");
  await expect(messages).toContainText(words("log.saved_thanks"));
  await app.entry("Heard").getByTestId("entry-delete").click();
  await expect(messages).toContainText(words("entry.deleted"));
  await page.getByTestId("undo").click();
  await expect(messages).toContainText(words("entry.undone"));

  await page.getByTestId("mood-sad").click();
  await page.locator("[aria-controls=fold-when]").click();
  await page.getByTestId("when").fill("2126-01-01T10:00");
  await page.getByTestId("save-entry").click();
  await expect(page.getByRole("alert").filter({ hasText: words("log.when_future") })).toBeVisible();
});

test.describe("a screen reader's view", () => {
  test.beforeEach(async ({ app }) => {
    await app.page.clock.setFixedTime(NOW);
    await app.open("/sync");
    await importFile(app.page, diary());
  });

  test("of Today", async ({ app }) => {
    await app.open();
    await expect(app.entry("Coffee with Noor")).toBeVisible();
    await expect(app.page.locator("body")).toMatchAriaSnapshot(`
      - link "Skip to the content"
      - banner:
        - link /device/
      - main:
        - paragraph: Wednesday 18 November
        - heading "Good evening. How do you feel?" [level=1]
        - group:
          - radio "Joyful"
          - radio "Excited"
          - radio "Sad"
        - region "Noted today":
          - heading "Noted today" [level=2]
          - list:
            - listitem:
              - article /Grateful, .*/:
                - heading "Grateful" [level=3]
                - link /Edit.*Grateful/
                - button /Delete.*Grateful/
                - paragraph: /Coffee with Noor/
      - navigation "Places":
        - list:
          - listitem:
            - link "Today"
          - listitem:
            - link "History"
          - listitem:
            - link "Calendar"
          - listitem:
            - link "Settings"
      - status "Messages"
    `);
  });

  test("of History", async ({ app }) => {
    await app.open("/history");
    await expect(app.entry("Choir")).toBeVisible();
    await expect(app.page.getByRole("main")).toMatchAriaSnapshot(`
      - heading "History" [level=1]
      - search:
        - searchbox
      - heading "Today" [level=2]
      - list:
        - listitem:
          - article /Grateful/
        - listitem:
          - article /Stressed, Worried/
        - listitem:
          - article /Hopeful/
      - heading "Yesterday" [level=2]
    `);
  });

  test("of the calendar", async ({ app }) => {
    await app.open("/calendar?month=2026-11&day=2026-11-16");
    await expect(app.page.getByTestId("calendar-day").getByTestId("entry").first()).toBeVisible();
    await expect(app.page.getByRole("main")).toMatchAriaSnapshot(`
      - heading "Calendar" [level=1]
      - link "Month before"
      - heading "November 2026" [level=2]
      - table "November 2026":
        - rowgroup:
          - row:
            - columnheader
        - rowgroup:
          - row:
            - cell:
              - link /nothing noted/
    `);
  });
});
