import type { App } from "../support/app.ts";
import { downloaded, erase, importFile, pick } from "../support/exchange.ts";
import { expect, test } from "../support/test.ts";

const DAYLIO = [
  "full_date,date,weekday,time,mood,activities,note_title,note",
  '2024-01-05,January 5,Friday,8:30 PM,rad,family | board games,Cake,"Two ""layers"",',
  'and candles"',
  "2024-01-05,January 5,Friday,09:15,chuffed,,,First of the day",
  "2024-01-04,January 4,Thursday,21:00,chuffed,work,,Long day",
  "2024-01-03,January 3,Wednesday,noon,meh,,,No such time",
].join("\n");

for (const kind of ["json", "csv"]) {
  test(`after an export as ${kind} and an erasure, an import brings everything back, and a second one nothing`, async ({
    app,
  }) => {
    await app.open();
    await app.log("=1+1, or 'tis a formula?");
    await app.log("Second\nline", "sad");
    await app.open("/settings");
    await app.page.getByTestId("open-exchange").click();
    const file = await downloaded(app.page, app.page.getByTestId(`export-${kind}`));
    await expect(app.page.getByText("2 entries are in the file.")).toBeVisible();
    expect(file.name).toMatch(new RegExp(`^lume-\\d{4}-\\d{2}-\\d{2}\\.${kind}$`));

    await erase(app);
    expect(await importFile(app, file.name, file.text)).toContain("2 entries were added.");
    await app.open("/history");
    await expect(app.page.getByTestId("entry")).toHaveCount(2);
    await expect(app.entry("=1+1, or 'tis a formula?")).toBeVisible();
    await expect(app.entry("Second")).toContainText("Sad");

    await app.open("/export");
    await pick(app.page, file.name, file.text);
    const preview = app.page.getByTestId("import-preview");
    await expect(preview).toContainText("No entry is new.");
    await expect(preview).toContainText("2 are here already");
    await expect(preview.getByTestId("import-apply")).toHaveText("Nothing to import");
    const again = await downloaded(app.page, app.page.getByTestId(`export-${kind}`));
    const entries = (text: string) => text.slice(text.indexOf("\n"));
    expect(entries(again.text), "the same entries to the last field").toBe(entries(file.text));
  });
}

test("a note that looks like a formula is none in a spreadsheet", async ({ app }) => {
  await app.open();
  await app.log("=HYPERLINK(\"https://example.org\")");
  await app.open("/export");

  const { text } = await downloaded(app.page, app.page.getByTestId("export-csv"));

  expect(text.charCodeAt(0), "spreadsheets know UTF-8 by its mark").toBe(0xfeff);
  expect(text).toContain(`,"'=HYPERLINK(""https://example.org"")",`);
});

test("a table of Daylio comes in with its names mapped, is known again, and can be undone after a reload", async ({
  app,
}) => {
  await app.open();
  await app.log("Here before");
  await app.open("/export");
  await pick(app.page, "daylio.csv", DAYLIO);

  const preview = app.page.getByTestId("import-preview");
  await expect(preview.getByRole("heading", { name: "What the file “daylio.csv” would do" })).toBeFocused();
  await expect(preview).toContainText("3 entries are new.");
  await expect(preview).toContainText("From 4 Jan 2024 to 5 Jan 2024.");
  await expect(preview.getByTestId("import-bad").getByRole("listitem")).toHaveText([/^Row 5: it has no date or time/]);
  const map = preview.getByTestId("import-map-0");
  await expect(preview.getByLabel("“chuffed”, in 2 entries")).toHaveValue("chuffed");
  await map.selectOption({ label: "Proud" });
  await preview.getByTestId("import-apply").click();
  await expect(app.page.getByText("3 entries were added.")).toBeVisible();

  await app.open("/history?q=First of the day");
  await expect(app.entry("First of the day")).toContainText("Proud");
  await app.open("/history?q=candles");
  const cake = app.entry("Two \"layers\",");
  await expect(cake).toContainText("Joyful");
  await expect(cake).toContainText("Family");
  await expect(cake).toContainText("board games");

  expect(await importFileOfNothing(app)).toBe("Nothing to import");

  // What undoing is about survives a reload; what was edited since stays.
  await app.open("/history?q=Long day");
  await app.edit("Long day", "Long day, edited");
  await app.open("/export");
  await expect(app.page.getByTestId("import-last")).toContainText("“daylio.csv”");
  await app.page.getByTestId("import-undo").click();
  await expect(app.page.getByText("The import was undone. 1 entry that you have changed since stays.")).toBeVisible();
  await expect(app.page.getByTestId("import-undo")).toHaveCount(0);
  await app.open("/history");
  await expect(app.page.getByTestId("entry")).toHaveCount(2);
  await expect(app.entry("Here before")).toBeVisible();
  await expect(app.entry("Long day, edited")).toBeVisible();
});

async function importFileOfNothing(app: App): Promise<string> {
  await app.open("/export");
  await pick(app.page, "daylio.csv", DAYLIO);
  return (await app.page.getByTestId("import-apply").textContent()) ?? "";
}

test("what was deleted here comes back only if it is asked for", async ({ app }) => {
  await importFile(app, "daylio.csv", DAYLIO);
  await app.page.getByTestId("import-undo").click();
  await expect(app.page.getByText("The import was undone.")).toBeVisible();

  // All of it is gone: who imports it again wants it back.
  await pick(app.page, "daylio.csv", DAYLIO);
  await expect(app.page.getByTestId("import-bring-back")).toBeChecked();
  await app.page.getByTestId("import-apply").click();
  await expect(app.page.getByText("3 entries were added.")).toBeVisible();

  await app.open("/history");
  await app.entry("Long day").getByTestId("entry-delete").click();
  await expect(app.entry("Long day")).toHaveCount(0);
  await app.open("/export");
  await pick(app.page, "daylio.csv", DAYLIO);
  await expect(app.page.getByTestId("import-bring-back")).not.toBeChecked();
  await expect(app.page.getByTestId("import-apply")).toHaveText("Nothing to import");
});

test("an import into an account arrives at the server", async ({ app, api, account }) => {
  await app.register(account);

  await importFile(app, "daylio.csv", DAYLIO);

  await app.expectSync("synced", 0);
  await expect.poll(async () => (await api.notes()).length).toBe(3);
});

test("a file that can't be read says why, and changes nothing", async ({ app }) => {
  await app.open("/export");
  const cases: [name: string, content: string | Buffer, words: RegExp][] = [
    ["empty.json", "", /This file is empty/],
    ["diary.txt", "Dear diary", /This is no file that Lume can read/],
    ["picture.png", Buffer.from([0x89, 0x50, 0xff, 0x00]), /This file is not text/],
    ["cut.json", '{"format":"lume-export","version":1,"entities":[{"kind"', /This file is damaged/],
    ["newer.json", '{"format":"lume-export","version":2,"entities":[]}', /newer version of Lume/],
    ["unsent.json", '{"format":"lume-unsent","version":1,"entities":[]}', /unsent work/],
  ];
  for (const [name, content, words] of cases) {
    await pick(app.page, name, content);
    const alert = app.page.getByRole("alert").filter({ hasText: words });
    await expect(alert).toContainText("Nothing on this device was changed.");
    await expect(app.page.getByTestId("import-preview")).toHaveCount(0);
  }
});

test("export, import and undo work without a network", async ({ app }) => {
  await app.open("/export");
  await app.goOffline();

  await pick(app.page, "daylio.csv", DAYLIO);
  await app.page.getByTestId("import-apply").click();
  await expect(app.page.getByText("3 entries were added.")).toBeVisible();
  const { text } = await downloaded(app.page, app.page.getByTestId("export-json"));
  expect(JSON.parse(text).entities).toHaveLength(3);
  await app.page.getByTestId("import-undo").click();
  await expect(app.page.getByText("The import was undone.")).toBeVisible();
});

test("a long import can be stopped, and nothing comes twice when it goes on", async ({ app }) => {
  const rows = Array.from({ length: 20_000 }, (_, number) => `2024-01-05,10:00,happy,Entry ${number}`);
  const table = ["date,time,mood,note", ...rows].join("\n");
  await app.open("/export");
  await pick(app.page, "many.csv", table);
  await app.page.getByTestId("import-apply").click();
  await app.page.getByTestId("import-cancel").click();
  await expect(app.page.getByText(/You stopped the import/)).toBeVisible();

  await pick(app.page, "many.csv", table);
  await app.page.getByTestId("import-apply").click();
  await expect(app.page.getByText("The import is done.")).toBeVisible();
  const { text } = await downloaded(app.page, app.page.getByTestId("export-json"));
  const notes = JSON.parse(text).entities.map((entity: { entity: { note: string } }) => entity.entity.note);
  expect(new Set(notes).size).toBe(20_000);
  expect(notes).toHaveLength(20_000);
});

test("a report shows the entries of its days with their figures and charts", async ({ app }) => {
  await importFile(app, "daylio.csv", DAYLIO);

  await app.page.getByLabel("From").fill("2024-01-05");
  await app.page.getByLabel("To", { exact: true }).fill("2024-01-05");
  await app.page.getByTestId("report-open").click();

  const report = app.page.getByTestId("report");
  await expect(report).toContainText("5 Jan 2024 to 5 Jan 2024");
  await expect(report.getByTestId("report-entry")).toHaveCount(2);
  await expect(report).toContainText("First of the day");
  await expect(report).not.toContainText("Long day");
  await expect(report.getByRole("definition").first()).toHaveText("2");
  const moods = report.getByTestId("chart-table-moods").locator("tbody tr");
  await expect(moods, "of these days alone").toHaveCount(2);
  await app.page.emulateMedia({ media: "print" });
  await expect(app.page.getByRole("navigation").first()).toBeHidden();
  await expect(report.getByTestId("report-print")).toBeHidden();
  await expect(report.getByTestId("chart-save-moods")).toBeHidden();
  for (const chart of ["chart-valence", "chart-moods"]) {
    await expect(report.getByTestId(chart)).toBeVisible();
  }
});
