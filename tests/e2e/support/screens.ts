import { expect, type Page } from "@playwright/test";

import type { Account } from "./api.ts";
import type { App } from "./app.ts";
import { diary, NOW } from "./diary.ts";
import { CHANGES } from "./keys.ts";
import { lockScreen, setLock } from "./lock.ts";
import type { FaultProxy } from "./proxy.ts";
import { refusal } from "./refusals.ts";
import { importFile } from "./transfer.ts";

/** What a screen is prepared with. */
export interface Stage {
  app: App;
  account: Account;
  net: FaultProxy;
}

/** A place, or a state of one, that a person can see. Whatever the language: nothing is found by its words. */
export interface Screen {
  /** Its pictures' name. */
  name: string;
  /** Its address, gone to before anything else. */
  path?: string;
  /** Comes from the address to the state; leaves nothing behind that another screen would show. */
  reach?: (app: App) => Promise<void>;
}

/** Screens that can be looked at one after the other once their world is there. */
export interface World {
  name: string;
  /** In English, once. */
  prepare: (stage: Stage) => Promise<void>;
  screens: Screen[];
}

const ENTRY = "00000000-0000-4000-8000-000000000000";
const DELETED_NOTE = "A slow morning.";
const REFUSED_NOTE = "Refused by a rule of the backend";

/**
 * Every screen there is: what pictures, accessibility and languages are tested with. A new screen gets a line here, in the
 * world whose entries it needs.
 */
export const WORLDS: World[] = [
  {
    name: "an empty app",
    prepare: async ({ app }) => app.open(),
    screens: [
      { name: "today-empty", path: "/" },
      { name: "history-empty", path: "/history" },
      { name: "bin-empty", path: "/bin" },
      { name: "calendar-empty", path: "/calendar?month=2026-11" },
      { name: "insights-empty", path: "/insights" },
      { name: "report-empty", path: "/report" },
      { name: "own-moods-empty", path: "/settings/moods" },
    ],
  },
  {
    name: "a diary on this device",
    prepare: async ({ app }) => {
      await app.open("/sync");
      await importFile(app.page, diary());
      await app.open("/history");
      await app.entry(DELETED_NOTE).getByTestId("entry-delete").click();
      await expect(app.entry(DELETED_NOTE)).toHaveCount(0);
    },
    screens: [
      { name: "today", path: "/" },
      { name: "history", path: "/history" },
      { name: "history-search", path: "/history?q=cranes" },
      { name: "history-nothing-found", path: "/history?q=nobody+wrote+this" },
      { name: "calendar", path: "/calendar?month=2026-11" },
      { name: "calendar-day", path: "/calendar?month=2026-11&day=2026-11-16" },
      { name: "calendar-year", path: "/calendar?year=2026" },
      { name: "history-filters", path: "/history?mood=happy&about=friends", reach: openFilters },
      { name: "insights", path: "/insights" },
      { name: "insights-figures", path: "/insights?range=90", reach: openFigures },
      { name: "export", path: "/export" },
      { name: "import-preview", path: "/export", reach: pickFile },
      { name: "report", path: "/report" },
      { name: "help", path: "/help" },
      { name: "sync", path: "/sync" },
      { name: "settings", path: "/settings" },
      { name: "settings-dialog", path: "/settings", reach: askForPassphrase },
      { name: "more", path: "/more" },
      { name: "edit", path: `/entry/${ENTRY}` },
      { name: "entry-history", path: `/entry/${ENTRY}/history` },
      { name: "bin", path: "/bin" },
      { name: "not-found", path: "/nowhere" },
    ],
  },
  {
    // Apart from the others: what is begun is kept, and would be on Today from then on.
    name: "a form that is filled in",
    prepare: async ({ app }) => app.open(),
    screens: [{ name: "form", path: "/", reach: unfold }],
  },
  {
    name: "reminders that are on",
    prepare: async ({ app }) => {
      await app.open("/settings");
      await app.page.getByTestId("reminders-on").check();
      await app.page.locator("[aria-describedby=reminder-quiet-help]").check();
    },
    screens: [{ name: "settings-reminders", path: "/settings", reach: toReminders }],
  },
  {
    name: "an account with an entry that was refused",
    prepare: async ({ app, account, net }) => {
      await app.register(account);
      await app.log("Sent and there", "peaceful");
      await app.expectEntry("Sent and there", "synced");
      net.fault("POST", CHANGES, refusal(422, "validation", { note: "too_long" }), 1);
      await app.log(REFUSED_NOTE, "sad");
      await app.expectEntry(REFUSED_NOTE, "failed");
    },
    screens: [
      { name: "sync-failed", path: "/sync", reach: async (app) => expect(failed(app.page)).toBeVisible() },
      { name: "sync-discard", path: "/sync", reach: askToDiscard },
      { name: "settings-synced", path: "/settings" },
      { name: "today-failed", path: "/" },
    ],
  },
  {
    name: "a locked app",
    prepare: async ({ app }) => {
      await app.open();
      await app.log("Kept under lock");
      await setLock(app);
    },
    screens: [{ name: "locked", path: "/", reach: async (app) => expect(lockScreen(app.page)).toBeVisible() }],
  },
];

/** How a screen is looked at. */
export interface Look {
  theme: "light" | "dark";
  language: string;
}

/** Sets the clock, before the app is opened for the first time. */
export async function setStage(page: Page): Promise<void> {
  await page.clock.setFixedTime(NOW);
  // What was picked, opened or deleted a moment ago shall not be on its way anywhere.
  await page.emulateMedia({ reducedMotion: "reduce" });
}

/** Gives the app a language and a theme, from the next load on. */
export async function dress(page: Page, { theme, language }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.evaluate((language) => {
    const prefs = JSON.parse(localStorage.getItem("lume.prefs") ?? "{}");
    localStorage.setItem("lume.prefs", JSON.stringify({ ...prefs, language, install_offered: true }));
  }, language);
}

/** Goes to a screen and waits until all of it is there. */
export async function visit(app: App, { path = "/", reach }: Screen): Promise<void> {
  const { page } = app;
  await page.goto(app.origin + path);
  await expect(page.locator("#boot-splash")).toHaveCount(0);
  await expect(page.locator("h1:visible")).toHaveCount(1);
  await reach?.(app);
  await settled(page);
}

/** Waits until nothing has changed in the page for some frames: lists are read after the frame around them is there. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const QUIET_FRAMES = 12;
    await document.fonts.ready;
    await new Promise<void>((resolve) => {
      let quiet = 0;
      const observer = new MutationObserver(() => {
        quiet = 0;
      });
      observer.observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
      const frame = () => {
        quiet += 1;
        if (quiet > QUIET_FRAMES) {
          observer.disconnect();
          resolve();
        } else {
          requestAnimationFrame(frame);
        }
      };
      requestAnimationFrame(frame);
    });
  });
}

async function unfold({ page }: App): Promise<void> {
  await page.getByTestId("mood-hopeful").click();
  await expect(page.getByTestId("note")).toBeVisible();
  await page.locator("[aria-controls=fold-feelings][aria-expanded=false]").click();
  await expect(page.locator("#fold-feelings")).toBeVisible();
}

async function openFilters({ page }: App): Promise<void> {
  await page.locator("#history-filters-button").click();
  await expect(page.getByTestId("filter-from")).toBeVisible();
}

async function openFigures({ page }: App): Promise<void> {
  await page.getByTestId("chart-moods").waitFor();
  await page.locator("details:has([data-testid=chart-table-moods]) summary").click();
  await expect(page.getByTestId("chart-table-moods")).toBeVisible();
}

/** A file of another app, with a mood that no catalogue knows and a row that can't be read. */
async function pickFile({ page }: App): Promise<void> {
  const lines = [
    "full_date,date,weekday,time,mood,activities,note_title,note",
    "2026-11-05,November 5,Thursday,8:30 PM,rad,family | board games,Cake,Two layers",
    "2026-11-04,November 4,Wednesday,21:00,chuffed,work,,Long day",
    "2026-11-03,November 3,Tuesday,noon,meh,,,No such time",
  ];
  const buffer = Buffer.from(lines.join("\n"));
  await page.getByTestId("import-file").setInputFiles({ name: "daylio.csv", mimeType: "text/csv", buffer });
  await expect(page.getByTestId("import-preview")).toBeVisible();
}

async function toReminders({ page }: App): Promise<void> {
  await page.getByTestId("reminders").evaluate((section) => section.scrollIntoView({ behavior: "instant" }));
  await expect(page.getByTestId("reminder-way")).toBeVisible();
}

async function askForPassphrase({ page }: App): Promise<void> {
  await page.getByTestId("app-lock").getByRole("button").first().click();
  await expect(page.locator("dialog[open]")).toBeVisible();
}

async function askToDiscard({ page }: App): Promise<void> {
  await failed(page).getByTestId("event-discard").click();
  await expect(page.locator("dialog[open]")).toBeVisible();
  // How far the button's click has scrolled what is behind the dialog depends on what was there by then.
  await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
}

function failed(page: Page) {
  return page.getByTestId("failed-event");
}
