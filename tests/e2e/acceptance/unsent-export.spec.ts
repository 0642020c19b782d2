import { readFile } from "node:fs/promises";

import { CHANGES } from "../support/keys.ts";
import { FailedEvents, refusal } from "../support/refusals.ts";
import { expect, test } from "../support/test.ts";
import { exportWith, fileOf, importFile, pickFile } from "../support/transfer.ts";

const TOO_LONG = refusal(422, "validation", { note: "too_long" });

test("unsent work goes to another account in a file, arrives once, and a second import adds nothing", async ({
  app,
  api,
  account,
  net,
}) => {
  // The first account's work: one entry refused, one waiting.
  await app.register({ ...account, email: `first-${account.email}` });
  const lift = net.fault("POST", CHANGES, TOO_LONG, 1);
  await app.log("Refused at first");
  await app.expectEntry("Refused at first", "failed");
  lift();
  await app.goOffline();
  await app.log("Never sent");
  await app.expectEntry("Never sent", "waiting");

  await app.open("/sync");
  const file = await exportWith(app.page, app.page.getByTestId("export-unsent"));
  await expect(app.page.getByText("2 changes are in the file")).toBeVisible();
  expect(file).toMatchObject({ format: "lume-unsent", version: 1 });
  expect(file.entities.map((entity) => entity.entity.note)).toEqual(["Refused at first", "Never sent"]);
  expect(file.entities[0].events[0]).toMatchObject({
    operation: "created",
    state: "dead",
    failure: { status: 422, fields: { note: "too_long" } },
  });

  // Another account on the same device.
  await app.signOutKeepingUnsent();
  await app.goOnline();
  await app.register(account);
  await app.open("/sync");
  await pickFile(app.page, file);
  const preview = app.page.getByTestId("import-preview");
  await expect(preview.getByRole("heading", { name: "What the file “unsent.json” would do" })).toBeFocused();
  await expect(preview).toContainText("2 entries are added.");
  await expect(preview).toContainText("It is from another account.");
  await preview.getByRole("button", { name: "Close" }).click();
  expect(await app.outboxCount(), "looking changes nothing").toBe(2);

  expect(await importFile(app.page, file)).toContain("2 entries were added.");
  await app.expectSync("synced", 0);
  expect(await api.notes()).toEqual(["Never sent", "Refused at first"]);

  await pickFile(app.page, file);
  await expect(preview).toContainText("No entry is added.");
  await expect(preview).toContainText("2 are here already, just so.");
  await expect(preview.getByTestId("import-run")).toHaveText("Nothing to import");
  expect(await api.notes()).toEqual(["Never sent", "Refused at first"]);
});

test("after this device was erased, a file brings back what had not been sent", async ({ app, api, account, net }) => {
  await app.register(account);
  net.fault("POST", CHANGES, TOO_LONG, 1);
  await app.log("Saved by a file");
  await app.expectEntry("Saved by a file", "failed");

  // The question before erasing offers the file.
  await app.open("/settings");
  await app.page.getByRole("button", { name: "Erase everything…" }).click();
  const dialog = app.page.getByRole("dialog", { name: "Erase everything on this device?" });
  await expect(dialog).toContainText("1 change has not arrived");
  const file = await exportWith(app.page, dialog.getByTestId("export-unsent"));
  await dialog.getByLabel(/Type “erase”/).fill("erase");
  await dialog.getByRole("button", { name: "Erase everything" }).click();
  await app.page.getByRole("button", { name: "Begin anew" }).click();
  await app.expectSync("device");
  await expect(app.entry("Saved by a file")).toHaveCount(0);

  // On the device alone it is an entry like any other, and comes along when sync is turned on.
  await app.open("/sync");
  expect(await importFile(app.page, file)).toContain("1 entry was added.");
  expect(await app.outboxCount()).toBe(0);
  await app.open("/history");
  await app.expectEntry("Saved by a file", "local");
  await app.signIn(account);
  await expect.poll(() => api.notes()).toEqual(["Saved by a file"]);
  await app.open("/sync");
  await pickFile(app.page, file);
  await expect(app.page.getByTestId("import-preview")).toContainText("1 is here already, just so.");
});

test("signing out with unsent work offers the file", async ({ app, account }) => {
  await app.register(account);
  await app.goOffline();
  await app.log("Left behind");
  await app.expectEntry("Left behind", "waiting");
  await app.open("/settings");
  await app.page.getByRole("button", { name: "Sign out" }).click();
  const dialog = app.page.getByRole("dialog", { name: "Sign out?" });
  const file = await exportWith(app.page, dialog.getByTestId("export-unsent"));
  expect(file.entities.map((entity) => entity.entity.note)).toEqual(["Left behind"]);
});

test("what is here with other content, or was deleted here, is asked about and stays unless one says so", async ({
  app,
}) => {
  const file = fileOf(3, (number) => `In the file ${number}`);
  await app.open("/sync");
  await importFile(app.page, file);
  await app.open("/history");
  await app.edit("In the file 0", "Changed since");
  await app.entry("In the file 1").getByTestId("entry-delete").click();
  await expect(app.entry("In the file 1")).toHaveCount(0);

  await app.open("/sync");
  await pickFile(app.page, file);
  const preview = app.page.getByTestId("import-preview");
  await expect(preview).toContainText("No entry is added.");
  await expect(preview).toContainText("1 is here already, just so.");
  const questions = preview.getByTestId("import-question");
  await expect(questions).toHaveCount(2);
  await expect(questions.nth(0)).toContainText("“In the file 0”");
  await expect(questions.nth(0)).toContainText(/Here: Happy, .*15 January 2025/);
  await expect(questions.nth(0)).toContainText("“Changed since”");
  await expect(questions.nth(1)).toContainText("You deleted it here");
  await questions.nth(1).getByRole("checkbox").check();
  await preview.getByRole("button", { name: "Import 1 entry" }).click();
  await expect(app.page.getByText("1 entry was replaced. 2 entries stayed as they were.")).toBeVisible();

  await app.open("/history");
  await expect(app.entry("Changed since")).toBeVisible();
  await expect(app.entry("In the file 0")).toHaveCount(0);
  await expect(app.entry("In the file 1")).toBeVisible();
});

test("a file that is not one says what is wrong, and changes nothing", async ({ app }) => {
  await app.open("/sync");
  const ours = fileOf(1, () => "Good");
  const cases: [content: unknown, words: RegExp][] = [
    ["", /This file is empty/],
    ["Dear diary", /no export of Lume, or it is incomplete/],
    [JSON.stringify(ours).slice(0, 200), /no export of Lume, or it is incomplete/],
    [{ backup: [] }, /not an export of unsent work/],
    [{ ...ours, version: 2 }, /written by a newer version/],
    [{ ...ours, entities: "many" }, /This file is damaged/],
  ];
  for (const [content, words] of cases) {
    await pickFile(app.page, content);
    const alert = app.page.getByRole("alert").filter({ hasText: words });
    await expect(alert).toContainText("Nothing on this device was changed.");
    await expect(app.page.getByTestId("import-preview")).toHaveCount(0);
  }

  // Some rows that can't be read do not hide the others.
  const { entities } = ours;
  const mixed = { ...ours, entities: [{ kind: "dream" }, entities[0], { ...entities[0], id: "17" }, entities[0]] };
  await pickFile(app.page, mixed);
  const preview = app.page.getByTestId("import-preview");
  await expect(preview).toContainText("1 entry is added.");
  await expect(preview.getByTestId("import-bad").getByRole("listitem")).toHaveText([
    /^Row 1: this kind of entry is not known/,
    /^Row 3: its id is missing or damaged/,
    /^Row 4: an earlier row has the same id/,
  ]);
  await preview.getByTestId("import-run").click();
  await expect(app.page.getByText("1 entry was added.")).toBeVisible();
});

test("what a backend refused is refused again where it is imported, and can be decided there", async ({
  app,
  account,
  net,
}) => {
  await app.register(account);
  net.fault("POST", CHANGES, TOO_LONG);
  await app.open("/sync");
  await importFile(app.page, fileOf(1, () => "Refused everywhere"));
  const failed = new FailedEvents(app);
  await expect(failed.about("Refused everywhere")).toBeVisible();
  await failed.discard("Refused everywhere");
  await expect(failed.all).toHaveCount(0);
});

test("an export with a passphrase is an age file that opens with it alone, and imports like any other", async ({
  app,
  api,
  account,
}) => {
  await app.register({ ...account, email: `first-${account.email}` });
  await app.goOffline();
  await app.log("Nobody else's business");
  await app.open("/sync");
  await app.page.getByTestId("export-encrypt").check();
  await app.page.getByTestId("export-unsent").click();
  await expect(app.page.getByText("Use at least 8 characters.")).toBeVisible();
  await app.page.getByLabel("Passphrase", { exact: true }).fill("seven quiet herons");
  const download = app.page.waitForEvent("download");
  await app.page.getByTestId("export-unsent").press("Enter");
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^lume-unsent-\d{4}-\d\d-\d\d\.json\.age$/);
  const bytes = await readFile(await file.path());
  expect(bytes.subarray(0, 30).toString()).toBe("age-encryption.org/v1\n-> scrypt".slice(0, 30));
  expect(bytes.includes("Nobody else's business")).toBe(false);

  await app.signOutKeepingUnsent();
  await app.goOnline();
  await app.register(account);
  await app.open("/sync");
  const chooser = app.page.waitForEvent("filechooser");
  await app.page.getByTestId("import-unsent").click();
  await (await chooser).setFiles({ name: "unsent.json.age", mimeType: "application/octet-stream", buffer: bytes });
  const form = app.page.getByTestId("import-encrypted");
  await form.getByLabel("Passphrase", { exact: true }).fill("eight loud herons");
  await form.getByLabel("Passphrase", { exact: true }).press("Enter");
  await expect(form.getByText("That is not the file’s passphrase")).toBeVisible();
  await form.getByLabel("Passphrase", { exact: true }).fill("seven quiet herons");
  await form.getByRole("button", { name: "Open the file" }).click();
  await expect(app.page.getByTestId("import-preview")).toBeVisible();
  await app.page.getByTestId("import-run").click();
  await expect(app.page.getByText("The import is done")).toBeVisible();
  await expect.poll(() => api.notes()).toEqual(["Nobody else's business"]);
});
