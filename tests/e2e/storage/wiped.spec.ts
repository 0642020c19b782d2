import { bystander, clearSiteData } from "../support/storage.ts";
import { expect, test } from "../support/test.ts";

test("data that the browser removes while the app is open are told as lost, and none of it at the server", async ({
  app,
  api,
  account,
  net,
}) => {
  await app.register(account);
  await app.log("At the server");
  await app.log("There as well", "sad");
  await app.expectSync("synced", 0);
  await app.page.getByTestId("mood-hopeful").click();
  await app.note.fill("Being written");
  const before = net.seen.length;

  await clearSiteData(app.page, app.origin, "indexeddb");

  const lost = app.page.getByTestId("lost");
  await expect(lost).toContainText("This browser has removed what Lume kept on this device");
  await expect(lost).toContainText("What had been synced is still at your backend");
  await expect(app.entry("At the server")).toHaveCount(0);
  await expect(app.note, "what is being written stays").toHaveValue("Being written");
  await app.page.getByTestId("save-entry").click();
  await app.expectEntry("Being written", "local");

  await app.page.reload();
  await app.started();
  await expect(app.entry("Being written"), "it was not written to where nobody looks").toBeVisible();
  await expect(lost, "until somebody has taken note of it").toBeVisible();
  await lost.getByRole("link", { name: "Sign in" }).click();
  await app.signIn(account);
  await app.expectEntry("Being written", "synced");
  await app.log("Written afterwards");
  await app.expectEntry("Written afterwards", "synced");
  expect(await api.notes()).toEqual(["At the server", "Being written", "There as well", "Written afterwards"]);
  expect(net.seen.slice(before).filter(({ method }) => method === "DELETE" || method === "PUT")).toEqual([]);

  await lost.getByRole("button", { name: "All right" }).click();
  await app.page.reload();
  await app.started();
  await expect(lost).toHaveCount(0);
});

for (const [what, types, knows] of [
  ["databases", "indexeddb", true],
  ["data", "all", false],
] as const) {
  test(`a site whose ${what} were cleared while it was closed starts clean, and the server keeps everything`, async ({
    app,
    api,
    account,
    net,
  }) => {
    await app.register(account);
    await app.log("Kept by the server");
    await app.expectSync("synced", 0);
    const other = await bystander(app);
    await app.page.goto("about:blank");
    const before = net.seen.length;
    await clearSiteData(other, app.origin, types);

    await app.open();

    await app.expectSync("device");
    // Where nothing at all is left, nobody can know that there was anything.
    await expect(app.page.getByTestId("lost")).toHaveCount(knows ? 1 : 0);
    await expect(app.page.getByTestId("entry")).toHaveCount(0);
    await app.signIn(account);
    await app.log("Written afterwards");
    await app.expectEntry("Written afterwards", "synced");
    expect(await api.notes()).toEqual(["Kept by the server", "Written afterwards"]);
    expect(net.seen.slice(before).filter(({ method }) => method === "DELETE" || method === "PUT")).toEqual([]);
  });
}

test("entries that were on the device alone are told to be gone, and an empty app has lost nothing", async ({ app }) => {
  const lost = app.page.getByTestId("lost");
  await app.open();
  await clearSiteData(app.page, app.origin, "indexeddb");
  await app.page.reload();
  await app.started();
  await expect(lost).toHaveCount(0);

  await app.log("Here alone");
  await clearSiteData(app.page, app.origin, "indexeddb");
  await expect(lost).toContainText("The entries that were only here are gone");
  await app.log("A new beginning");
  await app.page.reload();
  await expect(app.entry("A new beginning")).toBeVisible();
});

test("what a person erases is not told as lost", async ({ app }) => {
  await app.open("/");
  await app.log("To be erased");
  await app.open("/settings");
  await app.page.getByRole("button", { name: "Erase everything…" }).click();
  await app.page.getByLabel(/to confirm/).fill("erase");
  await app.page.getByRole("button", { name: "Erase everything", exact: true }).click();
  await app.page.getByRole("button", { name: "Begin anew" }).click();
  await expect(app.page).toHaveURL(`${app.origin}/`);
  await app.started();
  await expect(app.page.getByTestId("entry")).toHaveCount(0);
  await expect(app.page.getByTestId("lost")).toHaveCount(0);
});
