import type { Page } from "@playwright/test";

import { App } from "../support/app.ts";
import { setLock } from "../support/lock.ts";
import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";

const SECONDS_MAX = 5;

test("a newcomer has noted how they feel after two taps and in under five seconds", async ({ app }) => {
  await app.open();
  const began = performance.now();

  await app.page.getByTestId("mood-hopeful").click();
  await app.page.getByTestId("save-entry").click();
  await expect(app.page.getByTestId("entry")).toContainText("Hopeful");

  expect((performance.now() - began) / 1_000).toBeLessThan(SECONDS_MAX);
  await expect(app.page.getByTestId("entry")).toHaveAttribute("data-sync", "local");
});

test("more feelings, topics and the time unfold in place, and one stays where one is", async ({ app }) => {
  await app.open();
  await app.page.getByTestId("mood-happy").click();
  const address = app.page.url();

  for (const [fold, panel] of [
    ["log.feelings", "log.feelings_title"],
    ["log.about", "log.about_title"],
  ]) {
    await app.page.getByRole("button", { name: words(fold), exact: true }).click();
    await expect(app.page.getByRole("group", { name: words(panel) })).toBeVisible();
  }
  await app.page.getByRole("checkbox", { name: "Friends" }).check();
  await app.page.getByRole("button", { name: words("log.when_now"), exact: true }).click();
  await expect(app.page.getByTestId("when")).toBeVisible();

  expect(app.page.url()).toBe(address);
  await expect(app.page.getByRole("button", { name: "Friends" })).toBeVisible();
});

test("a moment gone by is two taps away, and the chosen one is marked", async ({ app }) => {
  await app.page.clock.setFixedTime(new Date("2026-11-18T15:00:00"));
  await app.open();
  await app.page.getByTestId("mood-proud").click();

  await app.page.getByRole("button", { name: words("log.when_now"), exact: true }).click();
  await app.page.getByRole("button", { name: words("log.when_last_evening") }).click();

  await expect(app.page.getByRole("button", { name: words("log.when_last_evening") })).toHaveAttribute("aria-pressed", "true");
  await expect(app.page.getByTestId("when")).toHaveValue("2026-11-17T20:00");
  await app.page.getByTestId("save-entry").click();
  await expect(app.page.getByText(words("log.saved_thanks"))).toBeVisible();
  await app.open("/history");
  await expect(app.page.getByTestId("entry")).toContainText("20:00");
});

test("what was typed last is there after the page is gone with the very same event", async ({ app }) => {
  await app.open();
  await app.page.getByTestId("mood-hopeful").click();
  await app.note.fill("Half a thought");

  await typeAndReload(app.page, "Half a thought, and its end");
  await app.started();

  await expect(app.note).toHaveValue("Half a thought, and its end");
  await expect(app.page.getByText(words("log.restored"))).toBeVisible();
});

test("a draft outlives its tab's crash up to the last letter", async ({ app, context }) => {
  await app.open();
  await app.page.getByTestId("mood-worried").click();
  await app.note.pressSequentially("Nobody waits for this");
  const session = await context.newCDPSession(app.page);
  const crashed = app.page.waitForEvent("crash");
  session.send("Page.crash").catch(() => {});
  await crashed;

  const again = new App(await context.newPage(), app.origin);
  await again.open();
  await expect(again.note).toHaveValue("Nobody waits for this");
});

test("a draft outlives the whole browser's kill", async ({ killable, net }) => {
  const app = new App(await killable.open(), net.origin);
  await app.open();
  await app.page.getByTestId("mood-worried").click();
  await app.note.pressSequentially("Nobody waits for this either");
  await expect.poll(() => draftsOf(app.page)).toContain("Nobody waits for this either");
  await killable.kill();

  const again = new App(await killable.open(), net.origin);
  await again.open();
  await expect(again.note).toHaveValue("Nobody waits for this either");
});

test("once the database has a draft, or it is saved or cleared, small storage has nothing of it", async ({ app }) => {
  await recordSmallStorage(app.page);
  await app.open();
  await app.page.getByTestId("mood-happy").click();
  await app.note.pressSequentially("Kept twice for a moment");

  expect(await everPut(app.page), "the test sees what is put there").toContain("Kept twice for a moment");
  await expect.poll(() => smallStorage(app.page)).not.toContain("Kept twice");
  await app.page.getByTestId("save-entry").click();
  await expect(app.entry("Kept twice for a moment")).toBeVisible();
  expect(await smallStorage(app.page)).not.toContain("lume.draft");

  await app.page.getByTestId("mood-happy").click();
  await app.note.fill("Thought better of it");
  await app.page.getByRole("button", { name: words("log.clear") }).click();
  expect(await smallStorage(app.page)).not.toContain("lume.draft");
  await app.page.reload();
  await app.started();
  await expect(app.note).toHaveCount(0);
});

test("with an app lock nothing that is typed is ever put in the open, and the draft is kept all the same", async ({ app }) => {
  await recordSmallStorage(app.page);
  await app.open();
  await app.page.evaluate(() => localStorage.setItem("lume.draft:lume:some:today", "left behind"));
  await setLock(app);
  expect(await smallStorage(app.page)).not.toContain("left behind");

  await app.page.getByRole("link", { name: words("app.today") }).first().click();
  await app.page.getByTestId("mood-sad").click();
  await app.note.pressSequentially("Under lock");
  await app.page.getByRole("link", { name: words("app.history") }).first().click();
  await app.page.getByRole("link", { name: words("app.today") }).first().click();

  await expect(app.note).toHaveValue("Under lock");
  expect(await everPut(app.page)).not.toContain("Under lock");
});

test("what was saved in the page's last moment is not found again as a draft", async ({ app }) => {
  await app.open();
  const entry = await app.log("Saved, but nobody heard");
  const id = (await entry.getAttribute("data-entry-id")) ?? "";
  // What the page leaves behind if it is gone between the save and being told of it.
  await app.page.evaluate(async (id) => {
    const names = (await indexedDB.databases()).map(({ name = "" }) => name).filter((name) => name.startsWith("lume:"));
    const form = { labels: ["happy"], associations: [], note: "Saved, but nobody heard", when: null };
    localStorage.setItem(`lume.draft:${names[0]}:today`, JSON.stringify({ form, saving: id }));
  }, id);

  await app.page.reload();
  await app.started();

  await expect(entry).toBeVisible();
  await expect.poll(() => smallStorage(app.page)).not.toContain("lume.draft");
  await expect(app.note).toHaveCount(0);
});

test("a number or a letter picks a mood, and Ctrl and Enter saves from anywhere", async ({ app }) => {
  await app.open();
  await app.page.keyboard.press("3");
  await expect(app.page.getByTestId("mood-amazed").getByRole("radio")).toBeChecked();
  await app.page.keyboard.press("i");
  await expect(app.page.getByTestId("mood-sad").getByRole("radio")).toBeChecked();

  await app.note.pressSequentially("3 bad things");
  await expect(app.page.getByTestId("mood-sad").getByRole("radio")).toBeChecked();
  await expect(app.note).toHaveValue("3 bad things");
  await app.note.press("Control+Enter");
  await expect(app.entry("3 bad things")).toBeVisible();

  await app.page.keyboard.press("6");
  await app.page.locator("body").press("Control+Enter");
  await expect(app.page.getByTestId("entry").filter({ hasText: "Happy" })).toBeVisible();
});

test("keys that pick a mood can be turned off, and then nothing hints at them", async ({ app }) => {
  await app.open();
  const hint = () =>
    app.page.getByTestId("mood-joyful").evaluate((tile) => getComputedStyle(tile, "::before").content);
  expect(await hint()).toContain("counter");
  await app.open("/settings");
  await app.page.getByTestId("mood-keys").uncheck();
  await app.open();

  await app.page.keyboard.press("3");

  await expect(app.page.getByTestId("mood-amazed").getByRole("radio")).not.toBeChecked();
  expect(await hint()).toBe("none");
});

test("a low mood is answered with a quiet line, on a day gone by as well", async ({ app }) => {
  await app.page.clock.setFixedTime(new Date("2026-11-18T15:00:00"));
  await app.open("/?day=2026-11-16");
  await app.page.getByTestId("mood-sad").click();
  await app.page.getByTestId("save-entry").click();
  await expect(app.page.getByTestId("calendar-day").getByTestId("entry")).toBeVisible();
  await expect(app.page.getByTestId("help-offer")).toContainText(words("help.say"));

  await app.page.getByRole("link", { name: words("app.history") }).first().click();
  await expect(app.page.getByTestId("help-offer")).toHaveCount(0);
  await app.open();
  await app.log("A good one", "happy");
  await expect(app.page.getByTestId("help-offer")).toHaveCount(0);
  await app.log("A heavy one", "scared");
  await expect(app.page.getByTestId("help-offer")).toBeVisible();
});

/** Types into the note and loads the page anew in one and the same task. */
async function typeAndReload(page: Page, text: string): Promise<void> {
  const loaded = page.waitForEvent("load");
  await page.getByTestId("note").evaluate((note: HTMLTextAreaElement, text) => {
    note.value = text;
    note.dispatchEvent(new Event("input", { bubbles: true }));
    location.reload();
  }, text);
  await loaded;
}

async function recordSmallStorage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const put: string[] = [];
    Object.assign(window, { everPut: put });
    const setItem = Storage.prototype.setItem;
    Storage.prototype.setItem = function (name: string, value: string) {
      put.push(value);
      setItem.call(this, name, value);
    };
  });
}

async function everPut(page: Page): Promise<string> {
  return page.evaluate(() => (window as unknown as { everPut: string[] }).everPut.join("\n"));
}

async function smallStorage(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
}

/** The drafts of all of this device's databases, as text. */
async function draftsOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const told: string[] = [];
    const read = (value: unknown): void => {
      if (value instanceof Uint8Array) {
        // A version's byte, then the form's bytes as a list of numbers.
        const numbers: number[] = JSON.parse(new TextDecoder().decode(value.subarray(1)));
        told.push(new TextDecoder().decode(new Uint8Array(numbers)));
      } else if (typeof value === "object" && value !== null) {
        Object.values(value).forEach(read);
      }
    };
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name));
      if (database.objectStoreNames.contains("drafts")) {
        read(await done(database.transaction("drafts").objectStore("drafts").getAll()));
      }
      database.close();
    }
    return told.join("\n");
  });
}
