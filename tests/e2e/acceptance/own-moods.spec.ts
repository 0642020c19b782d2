import type { Page } from "@playwright/test";

import { newAccount } from "../support/api.ts";
import type { App } from "../support/app.ts";
import { expect, test } from "../support/devices.ts";
import { importPast } from "../support/entries.ts";
import { downloaded, erase, importFile, pick } from "../support/exchange.ts";
import { words } from "../support/words.ts";

const VERY_PLEASANT = words("own_moods.very_pleasant");

/** Makes a mood of one's own, as a person does who finds it in the settings. */
async function make(app: App, { name, icon, steps }: { name: string; icon: string; steps: number }): Promise<void> {
  const { page } = app;
  await app.open("/settings");
  await page.getByTestId("own-moods-open").click();
  await page.getByTestId("own-mood-add").click();
  await expect(page.getByTestId("own-mood-name")).toBeFocused();
  await page.getByTestId("own-mood-name").fill(name);
  await page.getByTestId(`own-mood-icon-${icon}`).click();
  await page.getByTestId("own-mood-valence").focus();
  for (let step = 0; step < Math.abs(steps); step += 1) {
    await page.keyboard.press(steps > 0 ? "ArrowRight" : "ArrowLeft");
  }
  await page.getByTestId("own-mood-save").click();
  await expect(own(page, name)).toBeVisible();
}

function own(page: Page, name: string) {
  return page.getByTestId("own-mood").filter({ hasText: name });
}

test("a mood of one's own is made, logged with, and found in the history", async ({ app }) => {
  const { page } = app;
  await make(app, { name: "Zen", icon: "wind", steps: 9 });
  await expect(own(page, "Zen")).toContainText(VERY_PLEASANT);
  await expect(own(page, "Zen").locator(".mood-badge use")).toHaveAttribute("href", "#i-wind");

  await app.open("/");
  await expect(page.getByRole("radio", { name: "Zen" })).toHaveCount(1);
  await app.log("By the lake", "Zen");
  await expect(app.entry("By the lake")).toContainText("Zen");

  await app.open("/history");
  const entry = app.entry("By the lake");
  await expect(entry.getByRole("heading", { name: "Zen" })).toBeVisible();
  await expect(entry.locator(".mood-badge use")).toHaveAttribute("href", "#i-wind");
  await app.open("/calendar");
  await expect(page.locator('[data-day][aria-current="date"]')).toHaveAccessibleName(/1 entry, Joyful on average/);
});

test("another name is shown by the entries that were logged before", async ({ app }) => {
  const { page } = app;
  await make(app, { name: "Zen", icon: "wind", steps: 3 });
  await app.open("/");
  await app.log("By the lake", "Zen");

  await app.open("/settings/moods");
  await own(page, "Zen").getByTestId("own-mood-edit").click();
  await expect(page.getByTestId("own-mood-name")).toHaveValue("Zen");
  await page.getByTestId("own-mood-name").fill("Calm as a lake");
  await page.getByTestId("own-mood-save").click();
  await expect(own(page, "Calm as a lake")).toBeVisible();

  await app.open("/");
  await expect(app.entry("By the lake")).toContainText("Calm as a lake");
  await expect(page.getByTestId("mood-Zen")).toContainText("Calm as a lake");

  await app.open("/history?q=calm");
  await expect(app.entry("By the lake")).toBeVisible();
  await page.getByTestId("search").fill("zen");
  await expect(page.getByRole("heading", { name: "Nothing found for “zen”" }), "nobody reads that name").toBeVisible();
  await app.open("/insights");
  await expect(page.getByTestId("chart-moods")).toContainText("Calm as a lake");
});

test("an entry that does not tell how pleasant it was counts as its own mood does", async ({ app }) => {
  const { page } = app;
  const day = new Date().toISOString().slice(0, 10);
  await importPast(app, [{ at: `${day}T00:00`, mood: "Zen" }]);
  await app.open("/insights");
  await expect(page.getByTestId("insights-average")).toContainText("0.00");

  await make(app, { name: "Zen", icon: "wind", steps: 9 });

  await app.open("/insights");
  await expect(page.getByTestId("insights-average")).toContainText("+0.90");
});

test("a mood that is put away is no longer offered, and its entries keep the name", async ({ app }) => {
  const { page } = app;
  await make(app, { name: "Zen", icon: "wind", steps: 3 });
  await app.open("/");
  await app.log("By the lake", "Zen");

  await app.open("/settings/moods");
  await own(page, "Zen").getByTestId("own-mood-archive").click();
  await expect(page.getByRole("heading", { name: words("own_moods.put_away") })).toBeVisible();

  await app.open("/");
  await expect(page.getByTestId("mood-happy")).toBeVisible();
  await expect(page.getByTestId("mood-Zen")).toHaveCount(0);
  await expect(app.entry("By the lake")).toContainText("Zen");
  await app.entry("By the lake").getByTestId("entry-edit").click();
  await expect(page.getByTestId("mood-Zen").getByRole("radio"), "offered where it is picked").toBeChecked();

  await app.open("/settings/moods");
  await own(page, "Zen").getByTestId("own-mood-archive").click();
  await app.open("/");
  await expect(page.getByTestId("mood-Zen")).toBeVisible();
});

test("two moods of one name are not made, and what is wrong is said at the name", async ({ app }) => {
  const { page } = app;
  await app.open("/settings/moods");
  await page.getByTestId("own-mood-add").click();
  const name = page.getByTestId("own-mood-name");

  await page.getByTestId("own-mood-save").click();
  await expect(name).toHaveAccessibleDescription(new RegExp(words("own_moods.name_missing")));
  await name.fill("happy");
  await page.getByTestId("own-mood-save").click();
  await expect(name).toHaveAccessibleDescription(new RegExp(words("own_moods.name_taken")));
  await expect(name).toBeFocused();
  await page.getByRole("button", { name: words("app.cancel") }).click();
  await expect(page.getByTestId("own-mood")).toHaveCount(0);
});

test("an export brings moods of one's own back after an erasure, and a second import brings nothing", async ({ app }) => {
  const { page } = app;
  await make(app, { name: "Zen", icon: "wind", steps: 9 });
  await app.open("/");
  await app.log("By the lake", "Zen");
  await app.open("/settings/moods");
  await own(page, "Zen").getByTestId("own-mood-edit").click();
  await page.getByTestId("own-mood-name").fill("Calm as a lake");
  await page.getByTestId("own-mood-save").click();
  await expect(own(page, "Calm as a lake")).toBeVisible();
  await app.open("/export");
  const file = await downloaded(page, page.getByTestId("export-json"));

  await erase(app);
  await app.open("/settings/moods");
  await expect(page.getByTestId("own-mood")).toHaveCount(0);
  await app.open("/export");
  await pick(page, file.name, file.text);
  const preview = page.getByTestId("import-preview");
  await expect(preview).toContainText(words("exchange_moods.come.one", { count: "1" }));
  await expect(preview.getByTestId("import-bad")).toHaveCount(0);
  await page.getByRole("button", { name: words("app.cancel") }).click();
  const said = await importFile(app, file.name, file.text);
  expect(said).toContain(words("transfer.done_added.one", { count: "1" }));
  expect(said).toContain(words("exchange_moods.added.one", { count: "1" }));

  await app.open("/settings/moods");
  await expect(own(page, "Calm as a lake")).toContainText(VERY_PLEASANT);
  await expect(own(page, "Calm as a lake").locator(".mood-badge use")).toHaveAttribute("href", "#i-wind");
  await app.open("/");
  await expect(app.entry("By the lake")).toContainText("Calm as a lake");
  await expect(app.entry("By the lake").locator(".mood-badge use")).toHaveAttribute("href", "#i-wind");
  await expect(page.getByTestId("mood-Zen")).toContainText("Calm as a lake");

  await app.open("/export");
  await pick(page, file.name, file.text);
  await expect(preview).toContainText(words("exchange.fresh_none"));
  await expect(preview).not.toContainText(words("exchange_moods.come.one", { count: "1" }));
  await expect(preview.getByTestId("import-apply")).toHaveText(words("transfer.start_nothing"));
  await page.getByRole("button", { name: words("app.cancel") }).click();
  const again = await downloaded(page, page.getByTestId("export-json"));
  const entities = (text: string) => text.slice(text.indexOf("\n"));
  expect(entities(again.text), "the same to the last field").toBe(entities(file.text));
});

test("undoing an import leaves the moods that came along, and a file of moods alone can be imported", async ({ app }) => {
  const { page } = app;
  await make(app, { name: "Zen", icon: "wind", steps: 3 });
  await app.open("/");
  await app.log("By the lake", "Zen");
  await app.open("/export");
  const file = await downloaded(page, page.getByTestId("export-json"));
  await erase(app);

  await importFile(app, file.name, file.text);
  await page.getByTestId("import-undo").click();
  await expect(page.getByText(words("exchange.undone"))).toBeVisible();

  await app.open("/settings/moods");
  await expect(own(page, "Zen")).toBeVisible();
  await app.open("/history");
  await expect(page.getByTestId("entry")).toHaveCount(0);

  await erase(app);
  const whole = JSON.parse(file.text);
  const moods = whole.entities.filter(({ kind }: { kind: string }) => kind === "mood_def");
  expect(moods).toHaveLength(1);
  await app.open("/export");
  await pick(page, file.name, JSON.stringify({ ...whole, entities: moods }));
  await expect(page.getByTestId("import-apply")).toHaveText(words("exchange_moods.apply.one", { count: "1" }));
  await page.getByTestId("import-apply").click();
  await expect(page.getByText(words("exchange_moods.added.one", { count: "1" }))).toBeVisible();
  await expect(page.getByTestId("import-undo"), "no entry came").toHaveCount(0);
  await app.open("/settings/moods");
  await expect(own(page, "Zen")).toBeVisible();
});

test("a mood of one's own that an import brought into another account arrives at the server", async ({
  app,
  other,
  account,
}) => {
  await app.register(account);
  await make(app, { name: "Zen", icon: "wind", steps: 3 });
  await app.open("/");
  await app.log("By the lake", "Zen");
  await app.expectSync("synced", 0);
  await app.open("/export");
  const file = await downloaded(app.page, app.page.getByTestId("export-json"));
  const somebody = newAccount();
  await other.register(somebody);

  expect(await importFile(other, file.name, file.text)).toContain(words("exchange_moods.added.one", { count: "1" }));

  await other.expectSync("synced", 0);
  await erase(app);
  await app.signIn(somebody);
  await app.expectEntry("By the lake", "synced");
  await expect(app.entry("By the lake").locator(".mood-badge use")).toHaveAttribute("href", "#i-wind");
});

test("a mood of one's own is on the other device with its name and icon", async ({ app, other, account }) => {
  await app.register(account);
  await make(app, { name: "Zen", icon: "moon-stars", steps: 3 });
  await app.open("/");
  await app.log("By the lake", "Zen");
  await app.expectSync("synced", 0);

  await other.signIn(account);

  await other.expectEntry("By the lake", "synced");
  await expect(other.entry("By the lake").locator(".mood-badge use")).toHaveAttribute("href", "#i-moon-stars");
  await expect(other.page.getByTestId("mood-Zen")).toBeVisible();
  await other.open("/settings/moods");
  await expect(own(other.page, "Zen")).toHaveCount(1);
});

test("a backend that knows the catalogue alone gets the nearest mood, and it stays one's own here", async ({
  app,
  account,
  api,
  net,
}) => {
  const config = JSON.stringify({ profile: "basic" });
  net.fault("GET", /^\/config\.json/, {
    kind: "answer",
    status: 200,
    headers: { "content-type": "application/json" },
    body: config,
  });
  await app.open("/");
  await app.register(account);
  await make(app, { name: "Zen", icon: "wind", steps: 3 });
  await app.open("/");
  await app.log("By the lake", "Zen");
  await app.expectSync("synced", 0);

  expect((await api.moods()).map(({ mood, note }) => [mood, note])).toEqual([["peaceful", "By the lake"]]);
  expect(net.asked.filter(({ path }) => path.includes("mood-defs"))).toEqual([]);
  await app.expectEntry("By the lake", "synced");
  await expect(app.entry("By the lake")).toContainText("Zen");
  await app.page.reload();
  await app.expectSync("synced", 0);
  await expect(app.entry("By the lake")).toContainText("Zen");
});
