import { CHANGES, keysSent } from "../support/keys.ts";
import { FailedEvents, refusal } from "../support/refusals.ts";
import { expect, test } from "../support/test.ts";
import { fileOf, importFile } from "../support/transfer.ts";

const TOO_LONG = refusal(422, "validation", { note: "too_long", date: "in_the_future" });
const DELIVERY_MS_MAX = 30_000;
const MANY_MS_MAX = 90_000;

test("a refused entry says why in words, keeps its place and delays no other", async ({ app, api, account, net }) => {
  await app.register(account);
  net.fault("POST", CHANGES, TOO_LONG, 1);
  await app.log("Refused by a rule");
  await app.expectEntry("Refused by a rule", "failed");
  await app.log("Not held up");
  await app.expectEntry("Not held up", "synced");
  await app.expectSync("attention", 0);
  expect(await api.notes()).toEqual(["Not held up"]);

  const failed = new FailedEvents(app);
  await failed.open();
  const event = failed.about("Refused by a rule");
  await expect(failed.all).toHaveCount(1);
  await expect(event.getByRole("heading")).toContainText("New entry: Happy");
  await expect(event).toContainText("The backend refused what the entry says.");
  await expect(event.getByRole("listitem")).toHaveText([
    /The date and time lies in the future for the backend/,
    /The note is too long.*4,000 characters/,
  ]);
  await expect(event).toContainText("still here on this device");
  await expect(event).toContainText("status 422");

  // It stays so: nothing of it is sent by itself any more, and it is there after a restart.
  const before = net.count("POST", CHANGES);
  await app.syncNow();
  await app.page.reload();
  await expect(failed.about("Refused by a rule")).toBeVisible();
  expect(net.count("POST", CHANGES)).toBe(before);
  await app.open();
  await app.expectEntry("Refused by a rule", "failed");
});

test("trying again delivers it once, under the same key", async ({ app, api, account, net }) => {
  await app.register(account);
  const lift = net.fault("POST", CHANGES, TOO_LONG);
  await app.log("At the second try");
  await app.expectEntry("At the second try", "failed");
  lift();

  const failed = new FailedEvents(app);
  await failed.open();
  await failed.retry("At the second try");
  await expect(failed.all).toHaveCount(0);
  await app.expectSync("synced", 0);
  expect(await api.notes()).toEqual(["At the second try"]);
  const keys = keysSent(net);
  expect(keys.length).toBe(2);
  expect(new Set(keys).size).toBe(1);
});

test("editing shows what was refused, and the saved entry takes its place", async ({ app, api, account, net }) => {
  await app.register(account);
  net.fault("POST", CHANGES, TOO_LONG, 1);
  await app.log("Too many words");
  await app.expectEntry("Too many words", "failed");

  const failed = new FailedEvents(app);
  await failed.open();
  await failed.about("Too many words").getByTestId("event-edit").click();
  await expect(app.page.getByTestId("edit-refused")).toBeVisible();
  await expect(app.note).toHaveAttribute("aria-invalid", "true");
  await expect(app.note).toHaveAccessibleDescription(/The note is too long/);
  await expect(app.page.getByTestId("when")).toHaveAccessibleDescription(/lies in the future/);
  await app.note.fill("Few words");
  app.notes.push("Few words");
  await expect(app.note).not.toHaveAttribute("aria-invalid", "true");
  await app.page.getByTestId("save-entry").click();

  // Back to where one came from.
  await expect(app.page).toHaveURL(/\/sync$/);
  await expect(failed.all).toHaveCount(0);
  await app.expectSync("synced", 0);
  expect(await api.notes()).toEqual(["Few words"]);
  const keys = keysSent(net);
  expect(new Set(keys).size, "another content goes under another key").toBe(2);
});

test("discarding a new entry says that it will be gone, and takes it from the device", async ({
  app,
  api,
  account,
  net,
}) => {
  await app.register(account);
  net.fault("POST", CHANGES, TOO_LONG, 1);
  await app.log("Here today");
  await app.expectEntry("Here today", "failed");

  const failed = new FailedEvents(app);
  await failed.open();
  const dialog = await failed.askToDiscard("Here today");
  await expect(dialog).toContainText("gone from this device too, for good");
  await expect(dialog).toContainText(/Happy, Today, .*“Here today”/s);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(failed.about("Here today")).toBeVisible();

  await failed.discard("Here today");
  await expect(failed.all).toHaveCount(0);
  await expect(app.page.getByRole("heading", { name: "Needs your decision" })).toBeFocused();
  await app.expectSync("synced", 0);
  await app.open();
  await expect(app.entry("Here today")).toHaveCount(0);
  expect(await api.notes()).toEqual([]);
  expect(await app.outboxCount()).toBe(0);
});

test("discarding an edit goes back to what the server has", async ({ app, api, account, net }) => {
  await app.register(account);
  await app.log("As the server has it");
  await app.expectEntry("As the server has it", "synced");
  net.fault("PUT", CHANGES, TOO_LONG, 1);
  await app.edit("As the server has it", "As it was changed");
  await app.expectEntry("As it was changed", "failed");

  const failed = new FailedEvents(app);
  await failed.open();
  const dialog = await failed.askToDiscard("As it was changed");
  await expect(dialog).toContainText("would be again what the backend has");
  await expect(dialog).toContainText("“As the server has it”");
  await dialog.getByRole("button", { name: "Discard the change" }).click();
  await app.expectSync("synced", 0);
  await app.open();
  await app.expectEntry("As the server has it", "synced");
  await expect(app.entry("As it was changed")).toHaveCount(0);
  expect(await api.notes()).toEqual(["As the server has it"]);
});

test("discarding a deletion brings the entry back", async ({ app, api, account, net }) => {
  await app.register(account);
  await app.log("Not to be deleted");
  await app.expectEntry("Not to be deleted", "synced");
  net.fault("DELETE", CHANGES, refusal(403, "permission"), 1);
  await app.entry("Not to be deleted").getByTestId("entry-delete").click();
  await expect(app.syncStatus).toHaveAttribute("data-state", "attention", { timeout: DELIVERY_MS_MAX });

  const failed = new FailedEvents(app);
  await failed.open();
  const event = failed.about("Not to be deleted");
  await expect(event.getByTestId("event-edit")).toHaveCount(0);
  const dialog = await failed.askToDiscard("Not to be deleted");
  await expect(dialog).toContainText("deletion would be taken back");
  await dialog.getByRole("button", { name: "Discard the change" }).click();
  await app.expectSync("synced", 0);
  await app.open();
  await app.expectEntry("Not to be deleted", "synced");
  expect(await api.notes()).toEqual(["Not to be deleted"]);
});

test("a conflict that nothing can merge is told in words, and can be edited or discarded", async ({ app, account, net }) => {
  await app.register(account);
  await app.log("Before the conflict");
  await app.expectEntry("Before the conflict", "synced");
  net.fault("PUT", CHANGES, refusal(409, "unique"), 1);
  await app.edit("Before the conflict", "In conflict");
  await app.expectEntry("In conflict", "conflict");
  await app.expectSync("attention");

  const failed = new FailedEvents(app);
  await failed.open();
  const event = failed.about("In conflict");
  await expect(event).toContainText("The backend has another entry in the place of this one");
  await expect(event.getByTestId("event-retry"), "the same again would meet the same").toHaveCount(0);
  await event.getByTestId("event-edit").click();
  await expect(app.page.getByTestId("edit-refused")).toContainText("waits with it");
  await app.note.fill("In conflict, edited");
  app.notes.push("In conflict, edited");
  await app.page.getByTestId("save-entry").click();
  await expect(failed.about("In conflict, edited")).toBeVisible();

  const dialog = await failed.askToDiscard("In conflict, edited");
  await expect(dialog).toContainText("1 later change of it stays and is sent next.");
  await dialog.getByRole("button", { name: "Discard the change" }).click();
  await expect(failed.all).toHaveCount(0);
  await app.expectSync("synced", 0);
});

test("the app's icon and the window's title tell that something needs the person", async ({ app, account, net }) => {
  await app.page.addInitScript(() => {
    const calls: (number | "clear")[] = [];
    Object.assign(window, { badgeCalls: calls });
    Object.defineProperty(Navigator.prototype, "setAppBadge", {
      value: async (count: number) => void calls.push(count),
    });
    Object.defineProperty(Navigator.prototype, "clearAppBadge", { value: async () => void calls.push("clear") });
  });
  const badge = () =>
    app.page.evaluate(() => (window as unknown as { badgeCalls: (number | "clear")[] }).badgeCalls.at(-1));
  await app.register(account);
  await expect.poll(badge).toBe("clear");
  net.fault("POST", CHANGES, TOO_LONG, 2);
  await app.log("Refused first");
  await expect.poll(badge).toBe(1);
  await app.log("Refused second");
  await expect.poll(badge).toBe(2);
  await expect(app.page).toHaveTitle("(2) Today · Lume");
  await app.expectSync("attention");

  const failed = new FailedEvents(app);
  await failed.open();
  await expect(app.page).toHaveTitle("(2) Sync · Lume");
  await failed.discard("Refused first");
  await expect.poll(badge).toBe(1);
  await failed.retry("Refused second");
  await expect.poll(badge).toBe("clear");
  await expect(app.page).toHaveTitle("Sync · Lume");
});

test("everything can be decided by keyboard alone", async ({ app, account, net }) => {
  await app.register(account);
  net.fault("POST", CHANGES, TOO_LONG, 1);
  await app.log("By keys alone");
  await app.expectEntry("By keys alone", "failed");
  const failed = new FailedEvents(app);
  await failed.open();
  const event = failed.about("By keys alone");
  await expect(event).toBeVisible();

  await app.page.getByRole("heading", { name: "Needs your decision" }).focus();
  await app.page.keyboard.press("Tab");
  await expect(event.getByRole("button", { name: "Try again" })).toBeFocused();
  await app.page.keyboard.press("Tab");
  await expect(event.getByRole("link", { name: "Edit" })).toBeFocused();
  await app.page.keyboard.press("Tab");
  const discard = event.getByRole("button", { name: "Discard" });
  await expect(discard).toBeFocused();
  await expect(discard).toHaveAccessibleDescription(/New entry: Happy/);
  await app.page.keyboard.press("Enter");
  const dialog = app.page.getByRole("dialog", { name: "Discard this change?" });
  await expect(dialog).toBeVisible();
  await app.page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(discard).toBeFocused();

  await app.page.keyboard.press("Enter");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await app.page.keyboard.press("Tab");
  await app.page.keyboard.press("Enter");
  await expect(failed.all).toHaveCount(0);
  await expect(app.page.getByRole("heading", { name: "Needs your decision" })).toBeFocused();
});

test("a long list is shown step by step to its end, and can be decided at once", async ({ app, api, account, net }) => {
  // Some fifty refusals take a while on a slow machine.
  test.slow();
  await app.register(account);
  const lift = net.fault("POST", CHANGES, TOO_LONG);
  const failed = new FailedEvents(app);
  await failed.open();
  await importFile(app.page, fileOf(50, (number) => `Refused number ${number}`));
  const list = app.page.getByRole("region", { name: "Needs your decision" });
  await expect(list.getByText("20 of 50 shown")).toBeVisible({ timeout: MANY_MS_MAX });
  await expect(failed.all).toHaveCount(20);
  const more = list.getByRole("button", { name: "Show more" });
  await more.click();
  await expect(failed.all).toHaveCount(50);
  await expect(more).toHaveCount(0);

  lift();
  await app.page.getByRole("button", { name: "Try all again" }).click();
  await expect.poll(async () => (await api.notes()).length, { timeout: MANY_MS_MAX }).toBe(50);
  await app.expectSync("synced", 0);
  await expect(failed.all).toHaveCount(0);
});

test("discarding all offers a file first, and leaves nothing behind", async ({ app, account, net }) => {
  await app.register(account);
  net.fault("POST", CHANGES, TOO_LONG, 2);
  await app.log("One of two");
  await app.expectEntry("One of two", "failed");
  await app.log("Two of two");
  await app.expectEntry("Two of two", "failed");
  const failed = new FailedEvents(app);
  await failed.open();
  await app.page.getByRole("button", { name: "Discard all…" }).click();
  const dialog = app.page.getByRole("dialog", { name: "Discard everything that was refused?" });
  await expect(dialog).toContainText("2 changes would be gone.");
  await expect(dialog.getByTestId("export-unsent")).toBeVisible();
  await dialog.getByRole("button", { name: "Discard all", exact: true }).click();
  await expect(failed.all).toHaveCount(0);
  expect(await app.outboxCount()).toBe(0);
});
