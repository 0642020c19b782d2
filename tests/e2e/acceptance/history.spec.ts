import type { Page } from "@playwright/test";

import { every, seed } from "../support/seeding.ts";
import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";

const NOW = new Date("2026-11-18T20:00:00");

/** Some weeks of a person. */
const WEEKS = [
  { at: "2026-11-17T21:00", moods: ["happy"], about: ["friends"], note: "Long walk in the RAIN with Ida" },
  { at: "2026-11-17T08:00", moods: ["content"], about: ["work"], note: "Nothing much" },
  { at: "2026-11-10T12:00", moods: ["sad", "lonely"], about: ["family", "work"], note: "A call, and rain again" },
  { at: "2026-11-02T12:00", moods: ["zen mode"], about: ["gardening"] },
  { at: "2026-10-20T12:00", moods: ["happy"], about: ["work"], note: "The talk went well" },
];

test.beforeEach(async ({ app }) => {
  await app.page.clock.setFixedTime(NOW);
});

function entries(page: Page) {
  return page.getByTestId("entry");
}

async function openFilters(page: Page) {
  await page.getByRole("button", { name: /filter/i }).first().click();
}

test("what is typed is searched for in notes, moods and topics, and marked where it stands", async ({ app }) => {
  const { page } = app;
  await seed(app, WEEKS);
  await expect(entries(page)).toHaveCount(5);

  await page.getByTestId("search").pressSequentially("rain");
  await expect(entries(page)).toHaveCount(2);
  await expect(page.getByTestId("found")).toHaveText("2 entries found");
  await expect(page.locator("mark")).toHaveText(["RAIN", "rain"]);

  await page.getByTestId("search").fill("lonely work");
  await expect(entries(page)).toHaveCount(1);
  await expect(app.entry("A call")).toBeVisible();

  await page.getByTestId("search").fill("zen");
  await expect(entries(page)).toHaveCount(1);
  await page.getByTestId("search").fill("garden");
  await expect(entries(page)).toHaveCount(1);

  await page.getByTestId("search").fill("volcano");
  await expect(page.getByRole("heading", { name: "Nothing found for “volcano”" })).toBeVisible();
  await page.getByRole("link", { name: words("lookup.show_all") }).click();
  await expect(entries(page)).toHaveCount(5);
  await expect(page.getByTestId("search")).toHaveValue("");
});

test("filters combine, stand in the address, and are steps that go back and forward", async ({ app }) => {
  const { page } = app;
  await seed(app, WEEKS);
  await page.getByTestId("search").fill("a");
  await expect(page).toHaveURL(/\?q=a$/);
  await openFilters(page);
  await page.getByRole("checkbox", { name: "Happy", exact: true }).check();
  await expect(page).toHaveURL(/\?q=a&mood=happy$/);
  await page.getByRole("checkbox", { name: "Content", exact: true }).check();
  await page.getByRole("checkbox", { name: "Work", exact: true }).check();
  await expect(page).toHaveURL(/\?q=a&mood=content&mood=happy&about=work$/);
  await expect(entries(page)).toHaveCount(1);
  await expect(app.entry("The talk")).toBeVisible();
  await expect(page.getByRole("button", { name: "3 filters" })).toBeVisible();

  await page.goBack();
  await expect(page).toHaveURL(/mood=content&mood=happy$/);
  await expect(page.getByRole("checkbox", { name: "Work", exact: true })).not.toBeChecked();
  await expect(app.entry("Long walk")).toBeVisible();
  await page.goForward();
  await expect(entries(page)).toHaveCount(1);

  await page.reload();
  await expect(entries(page)).toHaveCount(1);
  await expect(page.getByTestId("search")).toHaveValue("a");

  await page.getByRole("link", { name: words("lookup.remove", { name: "Work" }) }).click();
  await expect(page.getByRole("button", { name: "2 filters" })).toBeFocused();
  await page.getByRole("link", { name: words("lookup.clear") }).click();
  await expect(page).toHaveURL(/\?q=a$/);
});

test("the mood whose value is zero can be filtered for, and so can one's own", async ({ app }) => {
  const { page } = app;
  await seed(app, WEEKS);
  await openFilters(page);
  await page.getByRole("checkbox", { name: "Content", exact: true }).check();
  await expect(entries(page)).toHaveCount(1);
  await expect(app.entry("Nothing much")).toBeVisible();

  await page.getByRole("checkbox", { name: "Content", exact: true }).uncheck();
  await page.getByRole("checkbox", { name: "zen mode" }).check();
  await expect(entries(page)).toHaveCount(1);
  await expect(entries(page)).toContainText("zen mode");
});

test("a range of days keeps what is of its first and last day", async ({ app }) => {
  const { page } = app;
  await seed(app, WEEKS, "/history?from=2026-11-02&to=2026-11-10");
  await expect(entries(page)).toHaveCount(2);
  await openFilters(page);
  await page.getByTestId("filter-to").fill("2026-11-09");
  await expect(entries(page)).toHaveCount(1);
  await expect(page).toHaveURL(/from=2026-11-02&to=2026-11-09$/);
});

test("an entry that is deleted from what was found comes back with Undo, and the search stays", async ({ app }) => {
  const { page } = app;
  await seed(app, WEEKS, "/history?q=rain");
  await expect(entries(page)).toHaveCount(2);
  await app.entry("A call").getByTestId("entry-delete").click();
  await expect(entries(page)).toHaveCount(1);
  await expect(page.getByTestId("found")).toHaveText("1 entry found");
  await page.getByTestId("undo").click();
  await expect(entries(page)).toHaveCount(2);
  await expect(page).toHaveURL(/q=rain$/);
});

test("all of it can be done by keyboard", async ({ app }) => {
  const { page } = app;
  await seed(app, WEEKS);
  await page.getByTestId("search").focus();
  await page.keyboard.type("work");
  await expect(entries(page)).toHaveCount(3);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: words("lookup.filters") })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: "Sad", exact: true }).focus();
  await page.keyboard.press("Space");
  await expect(entries(page)).toHaveCount(1);
  await expect(page.getByRole("checkbox", { name: "Sad", exact: true })).toBeFocused();
  await app.entry("A call").getByTestId("entry-delete").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("undo")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(entries(page)).toHaveCount(1);
});

test("of twenty thousand entries few are in the document, however far one scrolls, forward and back", async ({ app }) => {
  const { page } = app;
  await seed(app, every(20_000, 3, "2026-11-18T18:00"));
  await expect(app.entry("Note 20000.")).toBeVisible();

  let most = 0;
  const bounded = async () => {
    const shown = await entries(page).count();
    most = Math.max(most, shown);
  };
  for (let step = 0; step < 30; step += 1) {
    const before = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(before);
    await bounded();
  }
  const far = await lowest(page);
  expect(far).toBeLessThan(19_300);

  // Half of the way back at once: what was dropped is read again.
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
  await expect.poll(() => lowest(page)).toBeGreaterThan(far + 100);
  await expect.poll(() => inView(page)).toBeGreaterThan(2);
  await bounded();
  await page.evaluate(() => window.scrollTo(0, 0));
  await expect(app.entry("Note 20000.")).toBeInViewport();
  await bounded();
  expect(most).toBeLessThan(400);
});

test("one comes back from an edit to where one was, and what is saved meanwhile moves nothing", async ({ app }) => {
  const { page } = app;
  await seed(app, every(1_000, 3, "2026-11-18T18:00"));
  await expect(app.entry("Note 1000.")).toBeVisible();
  for (let step = 0; step < 4; step += 1) {
    const before = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(before);
  }
  const note = await firstInView(page);
  const entry = app.entry(note);
  const top = async () => (await entry.boundingBox())?.y ?? Number.NaN;
  const before = await top();

  await entry.getByTestId("entry-edit").click();
  await app.note.fill(`${note} Edited`);
  await page.getByTestId("save-entry").click();
  await expect(entry).toContainText("Edited");
  await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(60);

  await entry.getByTestId("entry-edit").click();
  await page.locator("#content").getByRole("link", { name: words("app.back_to_history") }).click();
  await expect(entry).toBeInViewport();
  await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(60);

  // Above it, an entry goes and another one comes.
  const other = await page.context().newPage();
  await other.goto(`${app.origin}/`);
  await other.getByTestId("mood-sad").click();
  await other.getByTestId("note").fill("From another tab");
  await other.getByTestId("save-entry").click();
  await expect(other.getByTestId("entry").filter({ hasText: "From another tab" })).toBeVisible();
  await page.bringToFront();
  await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(60);
  await other.close();
});

test("any day can be gone to, and what is newer is found from there", async ({ app }) => {
  const { page } = app;
  await seed(app, every(2_000, 6, "2026-11-18T18:00"));
  await page.getByRole("button", { name: words("lookup.go") }).click();
  await page.getByTestId("go-day").fill("2026-03-05");
  await page.getByTestId("go").click();
  await expect(page).toHaveURL(/on=2026-03-05$/);
  await expect(page.getByRole("heading", { level: 2 }).first()).toHaveText("Thursday 5 March");

  const first = entries(page).first();
  const id = await first.getAttribute("data-entry-id");
  const kept = page.locator(`[data-entry-id="${id}"]`);
  await page.getByRole("button", { name: words("lookup.newer") }).click();
  await expect(first).not.toHaveAttribute("data-entry-id", id ?? "");
  await expect(kept).toBeInViewport();

  await page.reload();
  await expect(page.getByRole("heading", { level: 2 }).first()).toHaveText("Thursday 5 March");
  await page.getByRole("link", { name: words("lookup.newest") }).click();
  await expect(page).toHaveURL(/\/history$/);
  await expect(app.entry("Note 2000.")).toBeVisible();
});

test("what has the focus stays, however far one scrolls", async ({ app }) => {
  const { page } = app;
  await seed(app, every(2_000, 6, "2026-11-18T18:00"));
  const edit = app.entry("Note 1999.").getByTestId("entry-edit");
  await edit.focus();
  for (let step = 0; step < 6; step += 1) {
    const before = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(before);
  }
  await expect(edit).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(app.entry("Note 1999.").getByTestId("entry-delete")).toBeFocused();
});

/** The number of the oldest note that is in the document. */
async function lowest(page: Page): Promise<number> {
  const notes = await page.locator(".entry-note").allTextContents();
  return Math.min(...notes.map((note) => Number(/\d+/.exec(note)?.[0])));
}

/** How many entries are in view. */
async function inView(page: Page): Promise<number> {
  return page.evaluate(() => {
    const entries = [...document.querySelectorAll("[data-entry-id]")].map((entry) => entry.getBoundingClientRect());
    return entries.filter((place) => place.bottom > 0 && place.top < window.innerHeight).length;
  });
}

/** The note of the first entry that is in view as a whole, below what sticks to the top. */
async function firstInView(page: Page): Promise<string> {
  await expect.poll(() => inView(page)).toBeGreaterThan(2);
  return page.evaluate(() => {
    const entries = [...document.querySelectorAll("[data-entry-id]")];
    const found = entries.find((entry) => entry.getBoundingClientRect().top > 120);
    return found?.querySelector(".entry-note")?.textContent ?? "";
  });
}
