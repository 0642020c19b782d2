import type { BrowserContext, Locator, Page } from "@playwright/test";

import type { App } from "../support/app.ts";
import { Waker } from "../support/background.ts";
import { expect, test } from "../support/test.ts";
import { untilInstalled } from "../support/worker.ts";

/** A Wednesday; 8:29 on the clocks of Berlin. */
const BEFORE = new Date("2025-01-15T07:29:00Z");
const HOUR_MS = 60 * 60 * 1000;
const QUESTION = "How are you? It is time to note how you feel.";

/** The section of Settings. */
class Reminders {
  readonly section: Locator;
  readonly way: Locator;
  readonly times: Locator;

  constructor(private readonly page: Page) {
    this.section = page.getByTestId("reminders");
    this.way = page.getByTestId("reminder-way");
    this.times = page.getByTestId("reminder-time");
  }

  async turnOn(times: string[]): Promise<void> {
    await this.section.getByRole("checkbox", { name: "Remind me" }).check();
    await this.section.getByRole("button", { name: "Remove 21:00" }).click();
    for (const time of times) {
      await this.section.getByLabel("Another time").fill(time);
      await this.section.getByRole("button", { name: "Add", exact: true }).click();
    }
    await expect(this.times).toHaveCount(times.length);
  }
}

/** A reminder as a message within the app. */
function message(page: Page): Locator {
  return page.getByRole("status").getByText(QUESTION);
}

/** What the system shows of this site. */
async function notifications(page: Page): Promise<{ title: string; body: string; lang: string }[]> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const shown = (await registration?.getNotifications()) ?? [];
    return shown.map(({ title, body, lang }) => ({ title, body, lang }));
  });
}

/** Opens Settings a minute before half past eight, on a clock that only the test moves on. */
async function openBefore(app: App): Promise<Reminders> {
  await app.page.clock.install({ time: BEFORE });
  await app.open("/settings");
  return new Reminders(app.page);
}

async function allow(context: BrowserContext, app: App): Promise<void> {
  await context.grantPermissions(["notifications"], { origin: app.origin });
}

test("times, days and quiet hours are kept, and the app says that a browser reminds only while it is open", async ({
  app,
}) => {
  const reminders = await openBefore(app);
  await reminders.turnOn(["08:30", "20:15"]);
  await expect(reminders.way).toHaveText(/^A browser can remind you only while Lume is open\./);
  await expect(reminders.section).toContainText("Next reminder: Today, 8:30");
  await reminders.section.getByRole("checkbox", { name: "Wed" }).uncheck();
  await expect(reminders.section).toContainText("Next reminder: Thursday");
  await reminders.section.getByRole("checkbox", { name: "Quiet hours" }).check();
  await reminders.section.getByLabel("From").fill("19:00");
  await reminders.section.getByLabel("Until").fill("09:00");
  await expect(reminders.section).toContainText("no reminder will ever come");

  await app.open("/settings");
  await expect(reminders.times).toHaveText(["8:30", "20:15"].map((time) => new RegExp(`^0?${time}$`)));
  await expect(reminders.section.getByRole("checkbox", { name: "Wed" })).not.toBeChecked();
  await expect(reminders.section.getByLabel("Until")).toHaveValue("09:00");
  await reminders.section.getByRole("checkbox", { name: "Remind me" }).uncheck();
  await expect(reminders.times).toHaveCount(0);
});

test("a reminder that is due while the app is open is shown", async ({ app }) => {
  const reminders = await openBefore(app);
  await reminders.turnOn(["08:30"]);
  await app.page.clock.runFor(50_000);
  await expect(message(app.page)).toHaveCount(0);
  await app.page.clock.runFor(11_000);
  await expect(message(app.page)).toBeVisible();
});

test("where notifications are allowed it is one of the system's, and says nothing but the question", async ({
  app,
  context,
}) => {
  await allow(context, app);
  const reminders = await openBefore(app);
  await app.open("/");
  await untilInstalled(app.page);
  await app.open("/settings");
  await reminders.turnOn(["08:30"]);
  await app.page.clock.runFor(61_000);
  await expect.poll(() => notifications(app.page)).toEqual([
    { title: "How are you?", body: "A moment to note how you feel.", lang: "en" },
  ]);
});

test("a day on which something was noted needs no reminder", async ({ app }) => {
  const reminders = await openBefore(app);
  await app.open("/");
  await app.log("Noted before");
  await app.open("/settings");
  await reminders.turnOn(["08:30"]);
  await app.page.clock.runFor(61_000);
  // The reminder was taken; what comes of it is decided before the database answers the next question.
  const taken = () => app.page.evaluate(() => JSON.parse(localStorage["lume.prefs"]).reminders.given_at);
  await expect.poll(taken).toBe("2025-01-15T07:30:00.000Z");
  await app.page.getByRole("link", { name: "History" }).first().click();
  await expect(app.entry("Noted before")).toBeVisible();
  await expect(message(app.page)).toHaveCount(0);

  await app.open("/settings");
  await reminders.section.getByRole("checkbox", { name: /Skip when something is noted/ }).uncheck();
  await reminders.section.getByLabel("Another time").fill("08:35");
  await reminders.section.getByRole("button", { name: "Add", exact: true }).click();
  await app.page.clock.runFor(5 * 60_000);
  await expect(message(app.page)).toBeVisible();
});

test("a snooze holds reminders back for an hour and ends with one", async ({ app }) => {
  const reminders = await openBefore(app);
  await reminders.turnOn(["08:30"]);
  await reminders.section.getByRole("button", { name: "Snooze 1 h" }).click();
  await expect(reminders.section).toContainText(/Snoozed until: Today, 0?9:29/);
  await app.page.clock.runFor(HOUR_MS - 60_000);
  await expect(message(app.page)).toHaveCount(0);
  await app.page.clock.runFor(61_000);
  await expect(message(app.page)).toBeVisible();
});

test("until tomorrow is until tomorrow's first reminder", async ({ app }) => {
  const reminders = await openBefore(app);
  await reminders.turnOn(["08:30", "20:00"]);
  await reminders.section.getByRole("button", { name: "Until tomorrow" }).click();
  await expect(reminders.section).toContainText(/Snoozed until: Thursday,? 16 January, 0?8:30/);
  await reminders.section.getByRole("button", { name: "End the snooze" }).click();
  await expect(reminders.section).toContainText(/Next reminder: Today, 0?8:30/);
});

test("a tap on the snooze of a notification opens the app, which snoozes once", async ({ app }) => {
  const reminders = await openBefore(app);
  await reminders.turnOn(["08:30"]);
  await app.open("/?snooze=60");
  await expect(app.page.getByText(/You will be reminded again: Today, 0?9:29/)).toBeVisible();
  await expect(app.page).toHaveURL(`${app.origin}/`);
});

test("a push with no page open asks how one is, in the person's language, and nothing else", async ({ app, context }) => {
  await allow(context, app);
  await app.open("/settings");
  await untilInstalled(app.page);
  await app.page.getByLabel("Language").selectOption("de");
  await app.page.getByRole("checkbox", { name: "Erinnere mich" }).check();
  const words = () => app.page.evaluate(async () => (await caches.match("/.reminder-words"))?.json());
  await expect.poll(words).toMatchObject({ title: "Wie geht es dir?" });
  const waker = await Waker.of(context, app.origin);
  await app.page.goto("about:blank");

  await waker.push(JSON.stringify({ type: "reminder", note: "nobody else's business" }));

  await app.page.goto(`${app.origin}/`);
  await expect.poll(() => notifications(app.page)).toEqual([
    { title: "Wie geht es dir?", body: "Ein Moment, um zu notieren, wie du dich fühlst.", lang: "de" },
  ]);
});

test("with an account the backend has the times, and what can't come while the app is closed is said", async ({
  app,
  api,
  account,
  context,
}) => {
  await allow(context, app);
  await app.register(account);
  await untilInstalled(app.page);
  await app.open("/settings");
  const reminders = new Reminders(app.page);
  await reminders.turnOn(["08:30"]);
  await expect.poll(async () => (await api.reminders()).schedule).toMatchObject({
    enabled: true,
    times: ["08:30"],
    days: [1, 2, 3, 4, 5, 6, 7],
    zone: "Europe/Berlin",
  });
  // No push service can be reached from a test.
  await expect(reminders.way).toHaveText(/push service could not be reached.*only while Lume is open/);
});
