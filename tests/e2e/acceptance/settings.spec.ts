import { Api } from "../support/api.ts";
import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";
import { untilInstalled } from "../support/worker.ts";

const NEXT_PASSWORD = "a pond with seven herons";

test("a password is changed by whoever knows it, and this device stays signed in", async ({ app, account, server }) => {
  await app.register(account);
  await app.open("/settings");
  await app.page.getByRole("button", { name: words("own_account.change") }).press("Enter");
  const dialog = app.page.getByRole("dialog");
  await dialog.getByLabel(words("own_account.current")).fill("not the password");
  await dialog.getByLabel(words("own_account.next")).fill(NEXT_PASSWORD);
  await dialog.getByRole("button", { name: words("own_account.change_yes") }).click();
  await expect(dialog.getByLabel(words("own_account.current"))).toHaveAccessibleDescription(words("invalid.wrong"));
  await expect(dialog.getByLabel(words("own_account.next"))).toHaveValue(NEXT_PASSWORD);

  await dialog.getByLabel(words("own_account.current")).fill(account.password);
  await dialog.getByLabel(words("own_account.next")).fill("password");
  await dialog.getByRole("button", { name: words("own_account.change_yes") }).click();
  await expect(dialog.getByLabel(words("own_account.next"))).toHaveAccessibleDescription(new RegExp(words("invalid.too_common")));

  await dialog.getByLabel(words("own_account.next")).fill(NEXT_PASSWORD);
  await dialog.getByRole("button", { name: words("own_account.change_yes") }).click();
  await expect(dialog).toBeHidden();
  await expect(app.page.getByText(words("own_account.changed"))).toBeVisible();

  await app.open();
  await app.log("Still signed in");
  await app.expectEntry("Still signed in", "synced");
  const elsewhere = new Api(`http://127.0.0.1:${server.port}`, { ...account, password: NEXT_PASSWORD });
  expect(await elsewhere.notes()).toEqual(["Still signed in"]);
  await expect(new Api(`http://127.0.0.1:${server.port}`, account).notes()).rejects.toThrow(/401/);
});

test("an account that is deleted is gone at the backend and here, and the app goes on without it", async ({ app, account, api }) => {
  await app.open();
  await app.register(account);
  await app.log("Soon gone");
  await app.expectEntry("Soon gone", "synced");
  await app.open("/settings");
  await app.page.getByRole("button", { name: words("own_account.delete") }).click();
  const dialog = app.page.getByRole("dialog");
  await dialog.getByLabel(words("settings.password")).fill("not the password");
  await dialog.getByRole("button", { name: words("own_account.delete_yes") }).click();
  await expect(dialog.getByLabel(words("settings.password"))).toHaveAccessibleDescription(new RegExp(words("invalid.wrong")));

  await dialog.getByLabel(words("settings.password")).fill(account.password);
  await dialog.getByRole("button", { name: words("own_account.delete_yes") }).click();
  await app.expectSync("device");
  await expect(api.notes()).rejects.toThrow(/401/);
  await app.open();
  await expect(app.entry("Soon gone")).toHaveCount(0);
  await app.log("A new beginning");
  await app.expectEntry("A new beginning", "local");
});

test("a newer version can be looked for, and is offered when it is there", async ({ app, build }) => {
  await app.open("/settings");
  await untilInstalled(app.page);
  const look = app.page.getByTestId("update-check");
  await look.click();
  await expect(app.page.getByTestId("update-checked")).toHaveText(words("update_check.newest"));

  await build.release("second");
  await look.click();
  await expect(app.page.getByTestId("update-checked")).toHaveText(words("update.ready"));
  await expect(look).toHaveCount(0);
});

test("without a server to ask, looking for a newer version says so", async ({ app }) => {
  await app.open("/settings");
  await app.goOffline();
  await app.page.getByTestId("update-check").click();
  await expect(app.page.getByTestId("update-checked")).toHaveText(words("update_check.unknown"));
});

for (const [promised, key] of [
  [true, "storage_persistent"],
  [false, "storage_best_effort"],
] as const) {
  test(`after the first entry the browser is asked to keep the data, and Settings says that it ${promised ? "does" : "may not"}`, async ({ app }) => {
    await app.page.addInitScript((promised) => {
      let asked = false;
      StorageManager.prototype.persist = async () => {
        asked = true;
        return promised;
      };
      StorageManager.prototype.persisted = async () => asked && promised;
    }, promised);
    await app.open("/settings");
    await expect(app.page.getByTestId("storage-kept")).toHaveText(words("settings.storage_asked_later"));

    await app.page.getByRole("link", { name: words("app.today") }).first().click();
    await app.log("The first");
    await app.page.getByRole("link", { name: words("app.settings") }).first().click();

    await expect(app.page.getByTestId("storage-kept")).toHaveText(words(`settings.${key}`));
    await expect(app.page.getByRole("button", { name: words("settings.storage_ask") })).toHaveCount(promised ? 0 : 1);
  });
}
