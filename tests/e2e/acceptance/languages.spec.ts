import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";

const SCREENS = ["/", "/history", "/calendar", "/calendar?year=2026", "/insights", "/bin", "/sync", "/settings", "/more"];

test.describe("on a device in German", () => {
  test.use({ locale: "de-AT" });

  test("the app speaks the device's language, dates and plurals included", async ({ app }) => {
    await app.open();
    const { page } = app;
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
    await app.log("Ein Spaziergang");
    await expect(page.getByText(words("log.saved_thanks", {}, "de")).first()).toBeVisible();
    await expect(page.getByTestId("entry")).toContainText(words("moods.happy", {}, "de"));
    await page.goto(`${app.origin}/history`);
    await expect(page.getByRole("heading", { name: words("history.today", {}, "de"), exact: true })).toBeVisible();
  });

  test("a language whose words are not to be had leaves English", async ({ app }) => {
    await app.page.route("**/locales/de.json", (route) => route.fulfill({ status: 404, body: "" }));
    await app.open();
    await expect(app.page.locator("html")).toHaveAttribute("lang", "en");
    await app.log("In English");
  });
});

test("another language is taken at once, read in its direction, and there offline; a note that was begun stays", async ({
  app,
}) => {
  await app.open();
  const { page } = app;
  await page.getByTestId("mood-sad").click();
  await app.note.fill("Not saved yet");
  await page.getByRole("link", { name: words("app.settings") }).click();

  await page.getByLabel(words("settings.language")).selectOption({ label: "العربية" });

  await expect(page.locator("html")).toHaveAttribute("lang", "ar");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByRole("heading", { name: words("settings.title", {}, "ar") })).toBeVisible();
  await app.open();
  await expect(app.note).toHaveValue("Not saved yet");
  await app.goOffline();
  await page.reload();
  await app.started();
  await expect(page.locator("html")).toHaveAttribute("lang", "ar");
  await page.getByTestId("save-entry").click();
  await expect(app.entry("Not saved yet")).toContainText(words("moods.sad", {}, "ar"));
});

for (const language of ["ar", "de", "es", "fr", "pt"]) {
  test.describe(`in ${language}, 320 pixels wide`, () => {
    test.use({ viewport: { width: 320, height: 700 }, locale: language });

    test("no screen is wider than the window", async ({ app }) => {
      await app.open();
      await app.log("A word");
      for (const screen of SCREENS) {
        await app.open(screen);
        await expect(app.page.getByRole("heading", { level: 1 })).toBeVisible();
        const width = await app.page.evaluate(() => document.documentElement.scrollWidth);
        expect(width, screen).toBeLessThanOrEqual(320);
      }
    });
  });
}
