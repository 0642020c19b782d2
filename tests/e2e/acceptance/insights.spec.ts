import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";

import { importPast, type Past } from "../support/entries.ts";
import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";

const NOW = new Date("2026-11-18T20:00:00");
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

test.beforeEach(async ({ app }) => {
  await app.page.clock.setFixedTime(NOW);
});

/** The day that lies so many days back. */
function daysBack(days: number): string {
  const day = new Date("2026-11-18T12:00:00Z");
  day.setUTCDate(day.getUTCDate() - days);
  return day.toISOString().slice(0, 10);
}

/** Three weeks with friends every other day, and worry in the mornings of the others; before that a low month. */
function aStory(): Past[] {
  const weeks: Past[] = [];
  for (let back = 0; back < 21; back += 1) {
    const withFriends = back % 2 === 0;
    weeks.push({
      at: `${daysBack(back)}T${withFriends ? "19" : "09"}:30`,
      mood: withFriends ? (back % 4 === 0 ? "joyful" : "happy") : back % 3 === 0 ? "worried" : "content",
      about: withFriends ? ["friends"] : ["work"],
    });
  }
  for (let back = 35; back < 55; back += 2) {
    weeks.push({ at: `${daysBack(back)}T12:00`, mood: back % 4 === 3 ? "sad" : "stressed" });
  }
  return weeks;
}

async function figure(page: Page, name: string): Promise<string> {
  return (await page.getByTestId(`insights-${name}`).innerText()).trim();
}

test("before the first entry the place says what will be there and where to begin", async ({ app }) => {
  const { page } = app;
  await app.open("/insights");
  await expect(page.getByRole("heading", { name: words("insights.empty") })).toBeVisible();
  await expect(page.getByTestId("chart-valence")).toHaveCount(0);
  await page.getByRole("link", { name: words("insights.empty_log") }).click();
  await app.log("The first one", "joyful");

  await page.getByRole("link", { name: words("insights.place") }).click();
  await expect(page.getByTestId("insights-average")).toHaveText(`${words("moods.joyful")} +0.90`);
  expect(await figure(page, "days")).toBe("1 of 1");
  await expect(page.getByText(words("insights.words_few"))).toBeVisible();
  await expect(page.getByTestId("insight")).toHaveCount(0);
  await expect(page.getByTestId("insights-before")).toHaveText(words("insights.before_few"));
});

test("figures are those of the range, and sentences say what they bear out with the number of entries", async ({ app }) => {
  const { page } = app;
  await importPast(app, aStory());
  await app.open("/insights");

  expect(await figure(page, "entries")).toBe("21");
  expect(await figure(page, "days")).toBe("21 of 30");
  const said = page.getByTestId("insight");
  await expect(said.filter({ hasText: "Friends" })).toHaveText(/More pleasant.*\(11 entries\).*\(10 entries\)/);
  await expect(said.filter({ hasText: "the time before" })).toContainText("(10 entries)");
  await expect(said.filter({ hasText: "in the evening" })).toHaveCount(1);

  const chart = page.getByRole("img", { name: /^Over time\. Highest: .+\+0\.90/ });
  await expect(chart).toBeVisible();
  await page.getByTestId("chart-table-moods").locator("xpath=ancestor::details").locator("summary").click();
  const moods = page.getByTestId("chart-table-moods");
  await expect(moods.getByRole("row", { name: /Joyful 6 29/ })).toBeVisible();
  await expect(page.getByTestId("chart-table-weekdays").locator("tbody tr")).toHaveCount(7);
  await expect(page.getByTestId("chart-table-topics").locator("tbody tr").first()).toContainText("Friends");
});

test("the range is in the address, back goes back, and a time without entries says so", async ({ app }) => {
  const { page } = app;
  await importPast(app, aStory());
  await app.open("/insights");
  await page.getByTestId("range-7").click();
  await expect(page).toHaveURL(/\/insights\?range=7$/);
  await expect(page.getByTestId("insights-entries")).toHaveText("7");
  await page.getByTestId("range-90").click();
  await expect(page.getByTestId("insights-entries")).toHaveText("31");
  await page.getByTestId("range-year").click();
  await expect(page.getByTestId("range-year")).toHaveAttribute("aria-current", "true");
  await page.goBack();
  await page.goBack();
  await expect(page.getByTestId("range-7")).toHaveAttribute("aria-current", "true");
  await expect(page.getByTestId("insights-entries")).toHaveText("7");

  await page.getByTestId("range-custom").click();
  await expect(page).toHaveURL(/from=2026-11-12&to=2026-11-18$/);
  await page.getByLabel(words("insights.from")).fill("2026-11-17");
  await expect(page.getByTestId("insights-entries")).toHaveText("2");
  await page.getByLabel(words("insights.to")).fill("2026-11-16");
  await expect(page.getByRole("alert").filter({ hasText: words("insights.bad_range") })).toBeVisible();
  await page.getByLabel(words("insights.from")).fill("2026-11-16");
  await expect(page).toHaveURL(/from=2026-11-16&to=2026-11-16$/);
  await page.reload();
  await expect(page.getByTestId("insights-entries")).toHaveText("1");

  await app.open("/insights?from=2020-01-01&to=2020-01-31");
  await expect(page.getByRole("heading", { name: words("insights.nothing") })).toBeVisible();
});

test("a chart is saved as a picture, with its icons and in the colours that are shown", async ({ app }) => {
  const { page } = app;
  await importPast(app, aStory());
  await app.open("/insights");
  for (const name of ["valence", "moods", "weekdays", "topics", "hours"]) {
    const download = page.waitForEvent("download");
    await page.getByTestId(`chart-save-${name}`).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`lume-${name}-2026-10-20-2026-11-18.png`);
    const bytes = await readFile(await file.path());
    expect([...bytes.subarray(0, 8)], name).toEqual(PNG_SIGNATURE);
    const colours = await page.evaluate(coloursOf, [...bytes]);
    expect(colours.ground, name).toBe("255,252,247");
    // The ground, letters, and what the chart is drawn in: a drawing without its style sheets is black alone.
    expect(colours.different, name).toBeGreaterThan(20);
  }
});

/** The colour of a picture's corner, and how many there are. */
async function coloursOf(bytes: number[]): Promise<{ ground: string; different: number }> {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new Error("there is no canvas");
  }
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const found = new Set<string>();
  for (let at = 0; at < data.length; at += 4) {
    found.add(data.slice(at, at + 3).join());
  }
  return { ground: data.slice(0, 3).join(), different: found.size };
}

test("what another tab saves is in the figures at once, and an open table stays open", async ({ app, context }) => {
  const { page } = app;
  await importPast(app, aStory());
  await app.open("/insights");
  const table = page.getByTestId("chart-table-valence");
  await table.locator("xpath=ancestor::details").locator("summary").click();
  await expect(table).toBeVisible();
  const other = await context.newPage();
  await other.clock.setFixedTime(NOW);
  await other.goto(app.origin);
  await other.getByTestId("mood-proud").click();
  await other.getByTestId("save-entry").click();
  await expect(other.getByTestId("entry").first()).toBeVisible();

  await expect(page.getByTestId("insights-entries")).toHaveText("22");
  await expect(table).toBeVisible();
});

test("a year shows each day by a sign and a word, is walked through by keys, and opens a day", async ({ app }) => {
  const { page } = app;
  await importPast(app, [
    { at: "2026-02-28T10:00", mood: "joyful", note: "The last of February" },
    { at: "2026-03-31T10:00", mood: "sad" },
    { at: "2025-12-31T10:00", mood: "happy" },
  ]);
  await app.open("/calendar");
  await page.getByRole("link", { name: words("insights.year"), exact: true }).click();
  await expect(page).toHaveURL(/\/calendar\?year=2026$/);
  const year = page.getByTestId("calendar-year");
  await expect(year.locator("[data-day]")).toHaveCount(365);
  const march = year.locator('[data-day="2026-03-31"]');
  await expect(march).toHaveText("−−");
  await expect(march).toHaveAccessibleName(/1 entry, Sad on average/);

  // One stop for the Tab key: today. From there the arrows lead on.
  await expect(year.locator('[tabindex="0"]')).toHaveAttribute("data-day", "2026-11-18");
  await march.focus();
  await page.keyboard.press("ArrowLeft");
  const february = year.locator('[data-day="2026-02-28"]');
  await expect(february).toBeFocused();
  await expect(february).toHaveText("++");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("calendar-day").getByTestId("entry")).toContainText("The last of February");
  await expect(page.getByRole("heading", { level: 2, name: "February 2026" })).toBeVisible();
  await page.goBack();
  await expect(year).toBeVisible();

  await page.getByRole("link", { name: words("insights.year_before") }).click();
  await expect(year.locator('[data-day="2025-12-31"]')).toHaveText("++");
  await page.getByRole("link", { name: words("insights.month"), exact: true }).click();
  await expect(page.getByRole("heading", { level: 2, name: "January 2025" })).toBeVisible();
});

test.describe("in Arabic", () => {
  test.use({ locale: "ar" });

  test("charts and the year run from right to left", async ({ app }) => {
    const { page } = app;
    await app.open();
    await app.log("A word", "joyful");
    await app.open("/insights");
    const chart = page.getByTestId("chart-valence");
    const [whole, dot] = await Promise.all([chart.boundingBox(), chart.locator("circle").boundingBox()]);
    // Today is the last day, and the last day is on the left.
    expect((dot?.x ?? 0) - (whole?.x ?? 0)).toBeLessThan((whole?.width ?? 0) / 4);
    await app.open("/calendar?year=2026");
    await page.locator('[data-day="2026-11-18"]').focus();
    await page.keyboard.press("ArrowRight");
    await expect(page.locator('[data-day="2026-10-18"]')).toBeFocused();
  });
});
