import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";

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

test("a browser that forgets what it was to compile is asked again, for each part of the app", async ({ app }) => {
  await app.page.addInitScript(() => {
    WebAssembly.compileStreaming = () => new Promise(() => {});
  });
  await app.page.goto(`${app.origin}/history`);
  await app.started();
  await expect(app.page.getByTestId("search")).toBeVisible();
});

test("a place that does not come says so, and is there by itself as soon as it can be had", async ({ app, net }) => {
  const end = net.fault("GET", /lume-rest-.*\.wasm/, { kind: "answer", status: 503 });
  await app.page.goto(`${app.origin}/history`);
  await expect(app.page.getByText(words("failure.rest"))).toBeVisible();
  await expect(app.page.locator("#boot-splash"), "nothing lies over it").toHaveCount(0);

  end();
  await expect(app.page.getByTestId("search")).toBeVisible();
  await expect(app.page.getByText(words("failure.rest"))).toHaveCount(0);
});
