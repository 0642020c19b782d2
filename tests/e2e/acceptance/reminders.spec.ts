import type { BrowserContext, Locator, Page } from "@playwright/test";

import type { App } from "../support/app.ts";
import { Waker } from "../support/background.ts";
import { refusal } from "../support/refusals.ts";
import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";
import { untilInstalled } from "../support/worker.ts";

/** A Wednesday; 8:00 on the clocks of Berlin. */
const EIGHT = new Date("2025-01-15T07:00:00Z");
const MINUTE_MS = 60_000;
/** Half past eight by those clocks is still to come, or has passed, whatever the test itself took. */
const UNTIL_SHORTLY_BEFORE_MS = 25 * MINUTE_MS;
const FROM_THERE_PAST_IT_MS = 6 * MINUTE_MS;

/** The section of Settings. */
class Reminders {
  readonly section: Locator;
  readonly way: Locator;
  readonly times: Locator;
  readonly next: Locator;

  constructor(page: Page) {
    this.section = page.getByTestId("reminders");
    this.way = page.getByTestId("reminder-way");
    this.times = page.getByTestId("reminder-time");
    this.next = page.getByTestId("reminder-next");
  }

  get on(): Locator {
    return this.section.getByRole("checkbox", { name: words("reminders.on") });
  }

  async turnOn(times: string[]): Promise<void> {
    await this.on.check();
    await this.section.getByRole("button", { name: words("reminders.remove", { time: "21:00" }) }).click();
    for (const time of times) {
      await this.add(time);
    }
    await this.expectTimes(times);
  }

  async expectTimes(times: string[]): Promise<void> {
    await expect(this.times).toHaveText(times.map(shown));
  }

  async add(time: string): Promise<void> {
    await this.section.getByLabel(words("reminders.add_label")).fill(time);
    await this.section.getByTestId("reminder-add").click();
  }

  async press(name: string): Promise<void> {
    await this.section.getByRole("button", { name: words(name) }).click();
  }
}

/** A time of day as the app shows it here. */
function shown(time: string): string {
  return time.replace(/^0/, "");
}

/** A reminder as a message within the app. */
function message(page: Page): Locator {
  return page.getByText(words("reminders.toast"));
}

/** What the system shows of this site. */
async function notifications(page: Page): Promise<{ title: string; body: string; lang: string }[]> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const shown = (await registration?.getNotifications()) ?? [];
    return shown.map(({ title, body, lang }) => ({ title, body, lang }));
  });
}

/** Opens Settings at eight. From there on the clock goes as clocks do, and leaps where a test has it leap. */
async function openAtEight(app: App): Promise<Reminders> {
  await app.page.clock.install({ time: EIGHT });
  await app.open("/settings");
  return new Reminders(app.page);
}

async function allow(context: BrowserContext, app: App): Promise<void> {
  await context.grantPermissions(["notifications"], { origin: app.origin });
}

test("times, days and quiet hours are kept, and the app says that a browser reminds only while it is open", async ({
  app,
}) => {
  const reminders = await openAtEight(app);
  await reminders.turnOn(["08:30", "20:15"]);
  await expect(reminders.way).toHaveText(words("reminders.no_account"));
  expect(words("reminders.no_account")).toContain("A browser can remind you only while Lume is open.");
  await expect(reminders.next).toHaveText(words("reminders.next", { moment: "Today, 8:30" }));
  await reminders.section.getByRole("checkbox", { name: "Wed" }).uncheck();
  await expect(reminders.next).toHaveText(/Thursday.* 8:30$/);
  await reminders.section.getByRole("checkbox", { name: words("reminders.quiet") }).check();
  await reminders.section.getByLabel(words("reminders.quiet_from")).fill("19:00");
  await reminders.section.getByLabel(words("reminders.quiet_to")).fill("09:00");
  await expect(reminders.section).toContainText(words("reminders.never"));

  await app.open("/settings");
  await reminders.expectTimes(["08:30", "20:15"]);
  await expect(reminders.section.getByRole("checkbox", { name: "Wed" })).not.toBeChecked();
  await expect(reminders.section.getByLabel(words("reminders.quiet_to"))).toHaveValue("09:00");
  await reminders.on.uncheck();
  await expect(reminders.times).toHaveCount(0);
});

test("a reminder that is due while the app is open is shown", async ({ app }) => {
  const reminders = await openAtEight(app);
  await reminders.turnOn(["08:30"]);
  await app.page.clock.fastForward(UNTIL_SHORTLY_BEFORE_MS);
  await expect(message(app.page)).toHaveCount(0);
  await app.page.clock.fastForward(FROM_THERE_PAST_IT_MS);
  await expect(message(app.page)).toBeVisible();
});

test("where notifications are allowed it is one of the system's, and says nothing but the question", async ({
  app,
  context,
}) => {
  await allow(context, app);
  const reminders = await openAtEight(app);
  await untilInstalled(app.page);
  await reminders.turnOn(["08:30"]);
  await app.page.clock.fastForward(UNTIL_SHORTLY_BEFORE_MS + FROM_THERE_PAST_IT_MS);
  await expect.poll(() => notifications(app.page)).toEqual([
    { title: words("reminders.question"), body: words("reminders.question_say"), lang: "en" },
  ]);
});

test("a day on which something was noted needs no reminder", async ({ app }) => {
  const reminders = await openAtEight(app);
  await app.open("/");
  await app.log("Noted before");
  await app.open("/settings");
  await reminders.turnOn(["08:30"]);
  await app.page.clock.fastForward(UNTIL_SHORTLY_BEFORE_MS + FROM_THERE_PAST_IT_MS);
  // The reminder was taken; what comes of it is decided before the database answers the next question.
  const taken = () => app.page.evaluate(() => JSON.parse(localStorage["lume.prefs"]).reminders.given_at);
  await expect.poll(taken).toBe("2025-01-15T07:30:00.000Z");
  await app.page.getByRole("link", { name: words("app.history") }).first().click();
  await expect(app.entry("Noted before")).toBeVisible();
  await expect(message(app.page)).toHaveCount(0);

  await app.open("/settings");
  await reminders.section.getByTestId("reminders-skip").uncheck();
  await reminders.add("08:45");
  await app.page.clock.fastForward(20 * MINUTE_MS);
  await expect(message(app.page)).toBeVisible();
});

test("a snooze holds reminders back for an hour and ends with one", async ({ app }) => {
  const reminders = await openAtEight(app);
  await reminders.turnOn(["08:30"]);
  await reminders.press("reminders.snooze_hour");
  await expect(reminders.next).toHaveText(/Today, 9:0\d$/);
  await app.page.clock.fastForward(55 * MINUTE_MS);
  await expect(message(app.page)).toHaveCount(0);
  await app.page.clock.fastForward(6 * MINUTE_MS);
  await expect(message(app.page)).toBeVisible();
  await expect(reminders.next).toHaveText(/^Next reminder: Thursday.* 8:30$/);
});

test("until tomorrow is until tomorrow's first reminder", async ({ app }) => {
  const reminders = await openAtEight(app);
  await reminders.turnOn(["08:30", "20:00"]);
  await reminders.press("reminders.snooze_tomorrow");
  await expect(reminders.next).toHaveText(/^Snoozed until: Thursday.* 8:30$/);
  await reminders.press("reminders.snooze_end");
  await expect(reminders.next).toHaveText(words("reminders.next", { moment: "Today, 8:30" }));
});

test("a tap on the snooze of a notification opens the app, which snoozes once", async ({ app }) => {
  const reminders = await openAtEight(app);
  await reminders.turnOn(["08:30"]);
  await app.open("/?snooze=60");
  await expect(app.page.getByText(/You will be reminded again: Today, 9:0\d/)).toBeVisible();
  await expect(app.page).toHaveURL(`${app.origin}/`);
});

test("a push with no page open asks how one is, in the person's language, and nothing else", async ({ app, context }) => {
  await allow(context, app);
  await app.open("/settings");
  await untilInstalled(app.page);
  await app.page.getByLabel(words("settings.language")).selectOption("de");
  await app.page.getByRole("checkbox", { name: words("reminders.on", {}, "de") }).check();
  const left = () => app.page.evaluate(async () => (await caches.match("/.reminder-words"))?.json());
  await expect.poll(left).toMatchObject({ title: words("reminders.question", {}, "de") });
  const waker = await Waker.of(context, app.origin);
  await app.page.goto("about:blank");

  await waker.push(JSON.stringify({ type: "reminder", note: "nobody else's business" }));

  await app.page.goto(`${app.origin}/`);
  await expect.poll(() => notifications(app.page)).toEqual([
    { title: words("reminders.question", {}, "de"), body: words("reminders.question_say", {}, "de"), lang: "de" },
  ]);
});

test("a tap on a notification leads a page that is open to the form of Today, and a snooze leaves it where it is", async ({
  app,
  context,
}) => {
  await app.open("/settings");
  await untilInstalled(app.page);
  await new Reminders(app.page).on.check();
  const waker = await Waker.of(context, app.origin);

  await waker.tap("snooze");
  await expect(app.page.getByText(/You will be reminded again/)).toBeVisible();
  await expect(app.page).toHaveURL(/\/settings$/);

  await waker.tap("");
  await expect(app.page).toHaveURL(/\/\?log=1$/);
  await expect(app.page.getByTestId(/^mood-/).first().getByRole("radio")).toBeFocused();
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
  await expect(reminders.way).toHaveText(new RegExp(`^${words("reminders.unreachable")}`));
});

test("what another device of the account has chosen is not undone by a tap here", async ({ app, api, account }) => {
  await app.register(account);
  await app.open("/settings");
  const reminders = new Reminders(app.page);
  await reminders.turnOn(["08:30"]);
  await expect.poll(async () => (await api.reminders()).schedule?.times).toEqual(["08:30"]);
  await app.open("/");
  await api.setReminders({ times: ["07:15", "22:00"], zone: "Europe/Berlin" });

  await app.open("/?snooze=60");
  await expect(app.page.getByText(/You will be reminded again/)).toBeVisible();
  await expect.poll(async () => (await api.reminders()).schedule).toMatchObject({
    times: ["07:15", "22:00"],
    snoozed_until: expect.any(String),
  });
  await app.open("/settings");
  await reminders.expectTimes(["07:15", "22:00"]);
});

test("what was turned off offline is told once there is a network again, wherever the person is by then", async ({
  app,
  api,
  account,
}) => {
  await app.register(account);
  await app.open("/settings");
  const reminders = new Reminders(app.page);
  await reminders.turnOn(["08:30"]);
  const there = async () => (await api.reminders()).schedule;
  await expect.poll(there).toMatchObject({ enabled: true, times: ["08:30"] });

  await app.goOffline();
  await reminders.on.uncheck();
  await expect(reminders.times).toHaveCount(0);
  await app.page.getByRole("link", { name: words("app.history") }).first().click();
  await expect(reminders.section).toHaveCount(0);
  expect(await there()).toMatchObject({ enabled: true });

  await app.goOnline();
  await expect.poll(there).toMatchObject({ enabled: false, times: ["08:30"] });
});

test("signing in takes over what the account has, and undoes it with nothing that this device had chosen for itself", async ({
  app,
  api,
  account,
}) => {
  await app.register(account);
  await app.signOut();
  await app.open("/settings");
  const reminders = new Reminders(app.page);
  await reminders.turnOn(["08:30"]);
  await expect(reminders.way).toHaveText(words("reminders.no_account"));
  await api.setReminders({ times: ["07:15", "22:00"], zone: "Europe/Berlin" });

  await app.signIn(account);
  await app.open("/settings");
  await reminders.expectTimes(["07:15", "22:00"]);
  expect((await api.reminders()).schedule?.times).toEqual(["07:15", "22:00"]);

  // From here on the choice is the account's.
  await reminders.add("09:45");
  await expect.poll(async () => (await api.reminders()).schedule?.times).toEqual(["07:15", "09:45", "22:00"]);
});

test("a backend that sends no reminders is said to send none", async ({ app, account, net }) => {
  net.faultWhere(({ path }) => path === "/api/v1/reminders", refusal(404, "not_found"));
  await app.register(account);
  await app.open("/settings");
  const reminders = new Reminders(app.page);
  await reminders.turnOn(["08:30"]);
  await expect(reminders.way).toHaveText(words("reminders.not_offered"));
});
