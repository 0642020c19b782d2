import { keysSent } from "../support/keys.ts";
import {
  bystander,
  countRows,
  fillToTheBrim,
  holdWrites,
  limitStorage,
  profileDatabase,
  SMALL_QUOTA_BYTES,
} from "../support/storage.ts";
import { expect, test } from "../support/test.ts";

// Its cache would fill the little room that these tests leave.
test.use({ serviceWorkers: "block" });

const MOODS = /^\/api\/v1\/moods$/;

test("with no room left nothing is half saved and the form stays, until it is saved and delivered once", async ({
  app,
  api,
  account,
  net,
}) => {
  const lift = await limitStorage(app, SMALL_QUOTA_BYTES);
  await app.register(account);
  await app.log("While there was room");
  await app.expectSync("synced", 0);
  await fillToTheBrim(app.page);
  const entries = await countRows(app.page, "entries");

  await app.page.getByTestId("mood-grateful").click();
  await app.note.fill("Written on a full disk");
  await app.page.getByTestId("save-entry").click();

  const alert = app.page.getByRole("alert").filter({ hasText: "no room left" });
  await expect(alert).toContainText("Nothing was saved, and what you wrote is still here.");
  await expect(alert).toContainText("Free some space");
  await expect(app.note).toHaveValue("Written on a full disk");
  expect(await countRows(app.page, "entries")).toBe(entries);
  expect(await app.outboxCount()).toBe(0);

  await expect(app.page.getByTestId("draft-keeping")).toContainText("in this tab alone");
  await app.page.reload();
  await app.started();
  await expect(app.note, "over a reload too").toHaveValue("Written on a full disk");
  await app.page.getByTestId("save-entry").click();
  await expect(alert).toBeVisible();
  await expect(app.entry("While there was room"), "what is there is shown").toBeVisible();

  await lift();
  await app.page.getByTestId("save-entry").click();
  await app.expectEntry("Written on a full disk", "synced");
  await expect(app.note).toHaveCount(0);
  expect(await api.notes()).toEqual(["While there was room", "Written on a full disk"]);
  expect(net.requests("POST", MOODS).filter(({ body }) => body.includes("on a full disk"))).toHaveLength(1);
  await app.page.reload();
  await app.started();
  await expect(app.note, "the draft is gone with the save").toHaveCount(0);
});

test("what is typed just before a slow save that fails is kept as a draft", async ({ app }) => {
  await limitStorage(app, SMALL_QUOTA_BYTES);
  await app.open();
  await app.log("While there was room");
  await fillToTheBrim(app.page);
  const other = await bystander(app);
  const release = await holdWrites(other, await profileDatabase(app.page));

  await app.page.getByTestId("mood-sad").click();
  await app.note.fill("On a slow device");
  await app.page.getByTestId("save-entry").click();
  await expect(app.page.getByTestId("save-entry"), "it is still being saved").toBeDisabled();
  await release();

  await expect(app.page.getByRole("alert").filter({ hasText: "no room left" })).toBeVisible();
  await expect(app.page.getByTestId("draft-keeping")).toContainText("in this tab alone");
});

test("where nothing can keep the form, it is said to be on the screen alone", async ({ app }) => {
  await app.page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await limitStorage(app, SMALL_QUOTA_BYTES);
  await app.open();
  await fillToTheBrim(app.page);

  await app.page.getByTestId("mood-sad").click();
  await app.note.fill("Nowhere to go");

  await expect(app.page.getByTestId("draft-keeping")).toContainText("nowhere but on this screen");
});

test("an acknowledgement that finds no room keeps the event, which is delivered once in the end", async ({
  app,
  api,
  account,
  net,
}) => {
  const lift = await limitStorage(app, SMALL_QUOTA_BYTES);
  await app.register(account);
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  net.fault("POST", MOODS, { kind: "hold", until }, 1);
  await app.log("Acknowledged on a full disk");
  await expect.poll(() => net.count("POST", MOODS)).toBe(1);
  await fillToTheBrim(app.page);
  release();
  await expect.poll(() => api.notes()).toEqual(["Acknowledged on a full disk"]);
  await expect(app.syncStatus).toHaveAttribute("data-pending", "1");
  expect(await app.outboxCount()).toBe(1);

  await lift();
  await app.syncNow();
  await app.expectEntry("Acknowledged on a full disk", "synced");
  await app.expectSync("synced", 0);

  expect(await api.notes()).toEqual(["Acknowledged on a full disk"]);
  // Whether it went out once more, or was found among the backend's changes first.
  expect(new Set(keysSent(net)).size).toBe(1);
});

test("a first start without any room says so, and goes on where it is once there is some", async ({ app }) => {
  // Less than a database with nothing in it.
  const lift = await limitStorage(app, 1_000);
  await app.page.goto(app.origin);
  const trouble = app.page.getByTestId("trouble");
  await expect(trouble).toContainText("no room left");
  await app.page.evaluate(() => document.body.setAttribute("data-same-page", ""));

  await trouble.getByRole("button").click();
  await expect(trouble).toContainText("it is still so");
  await lift();
  await trouble.getByRole("button").click();

  await app.started();
  await expect(app.page.locator("body")).toHaveAttribute("data-same-page", "");
  await app.log("After all");
});
