import { resolve } from "node:path";
import type { Page } from "@playwright/test";

import { ROOT } from "../support/paths.ts";
import { expect, test } from "../support/test.ts";

const FOLDER = resolve(ROOT, "public/screens");

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });

  test("today-narrow.png", async ({ app }) => {
    await app.page.clock.setFixedTime(new Date("2026-05-14T18:24:00"));
    await app.open();
    await app.log("Lunch in the park with Ada", "grateful");
    await app.page.getByTestId("mood-peaceful").click();
    await settle(app.page);
    await app.page.screenshot({ path: resolve(FOLDER, "today-narrow.png"), animations: "disabled" });
  });
});

test.describe("on a desktop", () => {
  test.use({ viewport: { width: 1280, height: 800 } });

  test("today-wide.png", async ({ app }) => {
    await app.page.clock.setFixedTime(new Date("2026-05-14T18:24:00"));
    await app.open();
    await app.log("Slept well, and the lilac is out", "hopeful");
    await app.log("Too many meetings", "stressed");
    await app.log("Lunch in the park with Ada", "grateful");
    await settle(app.page);
    await app.page.screenshot({ path: resolve(FOLDER, "today-wide.png"), animations: "disabled" });
  });
});

/** Nothing that comes and goes is in a picture. */
async function settle(page: Page): Promise<void> {
  const offer = page.getByTestId("install-offer").getByRole("button").last();
  if (await offer.isVisible()) {
    await offer.click();
  }
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.getByRole("status").getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("status").getByRole("button", { name: "Close" })).toHaveCount(0);
}
