import type { Page } from "@playwright/test";

import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

test("installing is offered once, after the third entry, and never again once it was declined", async ({ app }) => {
  await app.open();
  await offerInstalling(app.page);
  await app.log("One");
  await app.log("Two");
  await expect(app.page.getByTestId("install-offer")).toHaveCount(0);
  await app.log("Three");
  await expect(app.page.getByTestId("install-offer")).toContainText(words("install.say"));

  await app.page.getByRole("button", { name: words("settings.install_no") }).click();
  await expect(app.page.getByTestId("install-offer")).toHaveCount(0);
  await app.page.reload();
  await app.started();
  await offerInstalling(app.page);
  await app.log("Four");
  await expect(app.page.getByTestId("install-offer")).toHaveCount(0);

  await app.page.getByRole("link", { name: words("app.settings") }).first().click();
  await app.page.getByRole("button", { name: words("settings.install_yes") }).click();
  expect(await app.page.evaluate(() => (window as unknown as { asked: number }).asked), "Settings asks").toBe(1);
});

test("nothing is offered to whoever has installed it by themselves", async ({ app }) => {
  await app.open();
  await offerInstalling(app.page);
  await app.page.evaluate(() => window.dispatchEvent(new Event("appinstalled")));
  for (const note of ["One", "Two", "Three"]) {
    await app.log(note);
  }
  await offerInstalling(app.page);
  await app.log("Four");
  await expect(app.page.getByTestId("install-offer")).toHaveCount(0);
});

test("an installed app says so, and offers nothing", async ({ app }) => {
  await app.page.addInitScript(() => {
    const ask = window.matchMedia.bind(window);
    window.matchMedia = (query) => (query.includes("display-mode: standalone") ? ask("all") : ask(query));
  });
  await app.open();
  await offerInstalling(app.page);
  for (const note of ["One", "Two", "Three"]) {
    await app.log(note);
  }
  await expect(app.page.getByTestId("install-offer")).toHaveCount(0);
  await app.open("/settings");
  await expect(app.page.getByText(words("install_way.installed"))).toBeVisible();
});

test("a browser that can't ask is told the way by hand", async ({ app }) => {
  await app.open("/settings");
  await expect(app.page.getByTestId("install-way")).toHaveText(words("install_way.desktop"));
});

test.describe("on an iPhone", () => {
  test.use({ userAgent: IPHONE });

  test("the offer says how it is done", async ({ app }) => {
    await app.open();
    for (const note of ["One", "Two", "Three"]) {
      await app.log(note);
    }
    await expect(app.page.getByTestId("install-offer")).toContainText(words("settings.install_ios"));
    await app.open("/settings");
    await expect(app.page.getByTestId("install-way")).toHaveText(words("settings.install_ios"));
  });
});

test("every picture that the manifest names is there, in the size that it says", async ({ app }) => {
  await app.open();
  const manifest = await app.page.evaluate(async () => (await fetch("/manifest.webmanifest")).json());
  expect(manifest.screenshots.map((shot: { form_factor: string }) => shot.form_factor)).toEqual(["narrow", "wide"]);
  const pictures: { src: string; sizes: string; type: string }[] = [
    ...manifest.icons,
    ...manifest.screenshots,
    ...manifest.shortcuts.flatMap((shortcut: { icons: object[] }) => shortcut.icons),
  ];
  for (const { src, sizes, type } of pictures.filter(({ sizes }) => sizes !== "any")) {
    const found = await app.page.evaluate(async (src) => {
      const answer = await fetch(src);
      const picture = await createImageBitmap(await answer.blob());
      return { sizes: `${picture.width}x${picture.height}`, type: answer.headers.get("content-type") };
    }, src);
    expect(found, src).toEqual({ sizes, type });
  }
});

test("what another app shares is put behind the note that is being written, once", async ({ app }) => {
  await app.open();
  await app.page.getByTestId("mood-happy").click();
  await app.note.fill("My own words");
  await app.open("/?share_title=A+song&share_text=Listen&share_url=https%3A%2F%2Fsong.example");

  const both = "My own words\n\nA song\nListen\nhttps://song.example";
  await expect(app.note).toHaveValue(both);
  await expect(app.page).toHaveURL(`${app.origin}/`);
  await app.page.reload();
  await app.started();
  await expect(app.note).toHaveValue(both);
});

test("something shared into an empty form waits there for a mood", async ({ app }) => {
  await app.open("/?share_text=Only+this");
  await expect(app.note).toHaveValue("Only this");
  await expect(app.page.getByTestId("save-entry")).toHaveCount(0);
  await app.page.keyboard.press("1");
  await app.page.getByTestId("save-entry").click();
  await expect(app.entry("Only this")).toBeVisible();
});

test("a shortcut goes to its place in the open window, and a draft stays", async ({ app }) => {
  await app.page.addInitScript(() => {
    const queue = { setConsumer: (consumer: unknown) => Object.assign(window, { launch: consumer }) };
    Object.defineProperty(window, "launchQueue", { value: queue });
  });
  await app.open();
  await launch(app.page, `${app.origin}/`);
  await app.page.evaluate(() => Object.assign(window, { stillHere: true }));
  await app.page.getByTestId("mood-happy").click();
  await app.note.fill("In the middle of it");

  await launch(app.page, `${app.origin}/history`);
  await expect(app.page).toHaveURL(`${app.origin}/history`);
  await launch(app.page, `${app.origin}/?share_text=and+this`);
  await expect(app.note).toHaveValue("In the middle of it\n\nand this");
  await launch(app.page, "https://elsewhere.example/");
  await expect(app.page).toHaveURL(`${app.origin}/`);
  expect(await app.page.evaluate(() => "stillHere" in window), "nothing was loaded anew").toBe(true);
});

/** What the browser tells a window that it has brought to the front. */
async function launch(page: Page, targetURL: string): Promise<void> {
  await page.evaluate((targetURL) => {
    (window as unknown as { launch: (launch: { targetURL: string }) => void }).launch({ targetURL });
  }, targetURL);
}

/** Says, as browsers do, that the app can be installed; counts how often the question is asked for. */
async function offerInstalling(page: Page): Promise<void> {
  await page.evaluate(() => {
    const state = Object.assign(window, { asked: 0 });
    const event = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), {
      prompt: async () => {
        state.asked += 1;
      },
    });
    window.dispatchEvent(event);
  });
}
