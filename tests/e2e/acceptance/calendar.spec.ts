import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";

const NOW = new Date("2026-11-18T20:00:00");

test.beforeEach(async ({ app }) => {
  await app.page.clock.setFixedTime(NOW);
  await app.open();
});

test("a day gone by is found in the month, says what was noted, and takes more", async ({ app }) => {
  const { page } = app;
  await app.log("Today's walk", "joyful");
  await page.getByRole("link", { name: words("app.calendar") }).click();
  await expect(page.getByRole("heading", { level: 2, name: "November 2026" })).toBeVisible();
  await expect(page.locator('[data-day="2026-11-18"]')).toHaveAttribute("aria-current", "date");
  await expect(page.locator('[data-day="2026-11-18"]')).toHaveAccessibleName(/1 entry, Joyful on average/);

  await page.locator('[data-day="2026-11-16"]').click();
  const panel = page.getByTestId("calendar-day");
  await expect(panel).toContainText(words("calendar.nothing"));
  await panel.getByRole("link", { name: words("calendar.add") }).click();
  await expect(page.getByRole("heading", { name: words("calendar.how_was") })).toBeVisible();
  await page.getByTestId("mood-sad").click();
  await app.note.fill("Two days before");
  await page.getByTestId("save-entry").click();

  await expect(panel.getByTestId("entry")).toContainText("Two days before");
  await expect(page.locator('[data-day="2026-11-16"]')).toHaveAccessibleName(/1 entry, Sad on average/);
  await expect(page).toHaveURL(/month=2026-11&day=2026-11-16/);

  await app.open("/");
  await expect(app.entry("Two days before")).toHaveCount(0);
});

test("what was begun before is of the day that it is added to", async ({ app }) => {
  const { page } = app;
  await page.getByTestId("mood-proud").click();
  await app.note.fill("Begun today");
  await page.getByRole("link", { name: words("app.calendar") }).click();
  await page.locator('[data-day="2026-11-16"]').click();
  const panel = page.getByTestId("calendar-day");
  await panel.getByRole("link", { name: words("calendar.add") }).click();
  await expect(app.note).toHaveValue("Begun today");
  await page.getByTestId("save-entry").click();

  await expect(panel.getByTestId("entry")).toContainText("Begun today");
});

test("months are turned over, back goes back, and the arrows go from day to day", async ({ app }) => {
  const { page } = app;
  await app.open("/calendar");
  await page.getByRole("link", { name: words("calendar.before") }).click();
  await expect(page.getByRole("heading", { level: 2, name: "October 2026" })).toBeVisible();
  await expect(page.locator("[data-day]")).toHaveCount(31);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 2, name: "November 2026" })).toBeVisible();

  await page.locator('[data-day="2026-11-18"]').focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  await expect(page.locator('[data-day="2026-11-24"]')).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("calendar-day")).toContainText(words("calendar.not_yet"));
  await expect(page.getByTestId("calendar-day").getByRole("link", { name: words("calendar.add") })).toHaveCount(0);
});

test("a week starts on the day that was chosen", async ({ app }) => {
  const { page } = app;
  await app.open("/settings");
  await page.getByLabel(words("settings.week_start")).selectOption("saturday");
  await app.open("/calendar");
  await expect(page.getByRole("columnheader").first()).toHaveText("Sat");
});
