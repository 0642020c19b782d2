import { expect, test } from "../support/devices.ts";

/** Well below the time after which a device asks by itself: what comes sooner was told. */
const TOLD_MS_MAX = 15_000;

test("what is logged on one device shows on the other while both are open", async ({ app, other, account, net }) => {
  await app.register(account);
  await other.signIn(account);
  await other.expectSync("synced", 0);
  await expect.poll(() => net.liveSockets, "both listen").toBe(2);

  await app.log("From the phone");
  await expect(other.entry("From the phone")).toBeVisible({ timeout: TOLD_MS_MAX });
  await other.expectEntry("From the phone", "synced");

  await other.edit("From the phone", "From the phone, said better");
  await expect(app.entry("From the phone, said better")).toBeVisible({ timeout: TOLD_MS_MAX });

  await app.entry("said better").getByTestId("entry-delete").click();
  // A deletion can be undone for ten seconds before it is sent.
  await expect(other.entry("said better")).toHaveCount(0);
});

test("a connection that breaks is made again, and what was missed meanwhile comes", async ({
  app,
  other,
  account,
  net,
}) => {
  await app.register(account);
  await other.signIn(account);
  await expect.poll(() => net.liveSockets, "both listen").toBe(2);

  net.breakSockets();
  await app.log("While nobody listened");
  await expect(other.entry("While nobody listened")).toBeVisible({ timeout: TOLD_MS_MAX });
  await expect.poll(() => net.liveSockets, "both listen again").toBe(2);
});

test("a new device gets everything that the account has", async ({ app, other, account }) => {
  await app.register(account);
  for (const note of ["The first", "The second", "The third"]) {
    await app.log(note);
  }
  await app.expectSync("synced", 0);

  await other.signIn(account);
  for (const note of ["The first", "The second", "The third"]) {
    await other.expectEntry(note, "synced");
  }
  expect(await other.outboxCount(), "nothing of it is sent back").toBe(0);
});

test("what both devices changed of an entry while offline is in it on both", async ({ app, other, api, account }) => {
  await app.register(account);
  await app.log("Lunch");
  await app.expectSync("synced", 0);
  await other.signIn(account);
  await other.expectEntry("Lunch", "synced");

  await app.goOffline();
  await other.goOffline();
  await app.edit("Lunch", "Lunch with Bob");
  await other.entry("Lunch").getByTestId("entry-edit").click();
  await other.page.getByTestId("mood-grateful").click();
  await other.page.getByTestId("save-entry").click();
  await other.expectEntry("Lunch", "waiting");

  await app.goOnline();
  await app.expectSync("synced", 0);
  await other.goOnline();
  for (const device of [app, other]) {
    await expect(device.entry("Lunch with Bob")).toContainText("Grateful");
    await device.expectSync("synced", 0);
  }
  expect(await api.notes()).toEqual(["Lunch with Bob"]);
});

test("an edit that was left unsaved undoes nothing of what another device changed meanwhile", async ({
  app,
  other,
  account,
}) => {
  await app.register(account);
  await app.log("Lunch");
  await app.expectSync("synced", 0);
  await other.signIn(account);
  await app.entry("Lunch").getByTestId("entry-edit").click();
  await app.note.fill("Lunch with Bob");
  // Within the app: the form is put away, and not lost with its page.
  await app.page.locator("a.frame-brand:visible").first().click();
  await expect(app.entry("Lunch")).toBeVisible();

  await other.entry("Lunch").getByTestId("entry-edit").click();
  await other.page.getByTestId("mood-grateful").click();
  await other.page.getByTestId("save-entry").click();
  await expect(app.entry("Lunch")).toContainText("Grateful");

  await app.entry("Lunch").getByTestId("entry-edit").click();
  await expect(app.note).toHaveValue("Lunch with Bob");
  await expect(app.page.getByRole("radio", { name: "Grateful" })).toBeChecked();
  await app.page.getByTestId("save-entry").click();
  for (const device of [app, other]) {
    await expect(device.entry("Lunch with Bob")).toContainText("Grateful");
  }
});

test("a note that both changed in the same place is kept twice until one tap settles it", async ({
  app,
  other,
  api,
  account,
}) => {
  await app.register(account);
  await app.log("It was a day");
  await app.expectSync("synced", 0);
  await other.signIn(account);
  await other.expectEntry("It was a day", "synced");

  await app.goOffline();
  await other.goOffline();
  await app.edit("It was a day", "It was a good day");
  await other.edit("It was a day", "It was a long day");
  await app.goOnline();
  await app.expectSync("synced", 0);
  await other.goOnline();

  const card = other.entry("It was a good day");
  await expect(card).toContainText("It was a long day");
  await card.getByTestId("entry-overlap").click();
  const versions = other.page.getByTestId("two-versions");
  await expect(versions).toContainText("It was a good day");
  await expect(versions).toContainText("It was a long day");
  await versions.getByTestId("keep-mine").click();

  await expect(other.entry("It was a long day")).not.toContainText("good");
  await expect(other.page.getByTestId("entry-overlap")).toHaveCount(0);
  await expect.poll(() => api.notes()).toEqual(["It was a long day"]);
  await expect(app.entry("It was a long day")).not.toContainText("good");

  // What was not chosen is not gone.
  await other.entry("It was a long day").getByTestId("entry-edit").click();
  await other.page.getByTestId("entry-history").click();
  await expect(other.page.getByTestId("put-aside")).toContainText("It was a good day");
});

test("an edit beats a deletion, whichever comes first", async ({ app, other, api, account }) => {
  await app.register(account);
  await app.log("To be kept");
  await app.expectSync("synced", 0);
  await other.signIn(account);
  await other.expectEntry("To be kept", "synced");

  await other.goOffline();
  await other.edit("To be kept", "To be kept, by all means");
  await app.entry("To be kept").getByTestId("entry-delete").click();
  await expect.poll(() => api.notes()).toEqual([]);

  await other.goOnline();
  await expect.poll(() => api.notes()).toEqual(["To be kept, by all means"]);
  await expect(app.entry("To be kept, by all means")).toBeVisible();
});

test("a deleted entry comes back from the bin on another device", async ({ app, other, api, account }) => {
  await app.register(account);
  await app.log("Thrown away too soon");
  await app.expectSync("synced", 0);
  await other.signIn(account);
  await app.entry("Thrown away too soon").getByTestId("entry-delete").click();
  await expect.poll(() => api.notes()).toEqual([]);

  await other.open("/bin");
  const binned = other.page.getByTestId("bin-entry").filter({ hasText: "Thrown away too soon" });
  await binned.getByTestId("bin-restore").click();
  await expect(binned).toContainText("It is back");

  await expect.poll(() => api.notes()).toEqual(["Thrown away too soon"]);
  await expect(app.entry("Thrown away too soon")).toBeVisible();
});

test("the history of an entry says what it was and where, and brings it back", async ({ app, other, api, account }) => {
  await app.register(account);
  await app.log("As it was at first");
  await app.expectSync("synced", 0);
  await other.signIn(account);
  await other.edit("As it was at first", "As it became");
  await other.expectSync("synced", 0);

  await other.entry("As it became").getByTestId("entry-edit").click();
  await other.page.getByTestId("entry-history").click();
  const revisions = other.page.getByTestId("revision");
  await expect(revisions).toHaveCount(2);
  await expect(revisions.first()).toContainText("As it became");
  await expect(revisions.last()).toContainText("First version");
  await expect(revisions.last()).toContainText("Chrome on Linux");
  await revisions.last().getByTestId("revision-restore").click();

  await expect(other.entry("As it was at first")).toBeVisible();
  await expect.poll(() => api.notes()).toEqual(["As it was at first"]);
});

test("with a connection that tells nothing, a look at the app is enough", async ({ app, other, account, net }) => {
  net.refuseSockets();
  await app.register(account);
  await other.signIn(account);
  await app.log("Nobody was told");
  await app.expectSync("synced", 0);

  await other.syncNow();
  await expect(other.entry("Nobody was told")).toBeVisible();
});
