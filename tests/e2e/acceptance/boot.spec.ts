import { expect, test } from "../support/test.ts";

const WORDS = [
  { locale: "de-DE", title: "Lume ist nicht gestartet", again: "Noch einmal versuchen", dir: "ltr" },
  { locale: "ar", title: "لم يبدأ Lume", again: "إعادة المحاولة", dir: "rtl" },
  { locale: "nl-NL", title: "Lume did not start", again: "Try again", dir: "ltr" },
];

for (const { locale, title, again, dir } of WORDS) {
  test.describe(`in a browser set to ${locale}`, () => {
    test.use({ locale });

    test("an app that can't be loaded says so in words that are understood there, and starts once it can", async ({ app, net }) => {
      const end = net.fault("GET", /_bg\.wasm/, { kind: "answer", status: 503 });
      await app.page.goto(app.origin);
      const failure = app.page.locator("#boot-failure");
      await expect(failure.getByRole("heading")).toHaveText(title);
      await expect(failure).toHaveAttribute("dir", dir);

      end();
      await failure.getByRole("button", { name: again }).click();
      await app.started();
    });
  });
}

test("the language that was chosen in the app counts before the browser's", async ({ app, net }) => {
  await app.page.addInitScript(() => localStorage.setItem("lume.prefs", JSON.stringify({ language: "pt" })));
  net.fault("GET", /_bg\.wasm/, { kind: "answer", status: 503 });
  await app.page.goto(app.origin);
  await expect(app.page.locator("#boot-failure").getByRole("heading")).toHaveText("O Lume não iniciou");
});
