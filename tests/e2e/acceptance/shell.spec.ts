import type { Page } from "@playwright/test";

import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";

/** What is painted of the shell and of the app alike: by its class, and told apart by its words. */
const PARTS = ".today-date, h1, .mood-tile, .frame-place, .today-list > h2, .frame-brand";
const SHIFT_MAX = 0.01;
/** Half a pixel is lost to rounding. */
const NEAR_PX = 1;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One time that something moved, and what. */
interface Shift {
  value: number;
  moved: string;
}

/** Holds the module back until what it returns is called. */
async function holdModule(page: Page): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/*_bg.wasm", async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

/** Where each part is, by its class and words. */
async function boxes(page: Page, within: string): Promise<Map<string, Box>> {
  const found = await page.evaluate(
    ([within, parts]) =>
      [...document.querySelectorAll(within)].flatMap((root) =>
        [...root.querySelectorAll(parts)]
          .filter((part) => part.checkVisibility())
          .map((part): [string, Box] => {
            const { x, y, width, height } = part.getBoundingClientRect();
            // What only a screen reader hears is the app's alone.
            const words = part instanceof HTMLElement ? part.innerText.split("\n")[0].trim() : "";
            return [`${part.className.split(" ")[0]} ${words}`, { x, y, width, height }];
          }),
      ),
    [within, PARTS],
  );
  return new Map(found);
}

for (const { name, viewport } of [
  { name: "on a phone", viewport: { width: 390, height: 844 } },
  { name: "on a desktop", viewport: { width: 1280, height: 800 } },
]) {
  for (const locale of ["en-GB", "de-DE", "ar"]) {
    test.describe(`${name} in ${locale}`, () => {
      test.use({ viewport, locale });

      test("the first screen stands where the app then puts it, in the same words, and cannot be used before", async ({
        app,
      }) => {
        const { page } = app;
        const release = await holdModule(page);
        await page.goto(app.origin);
        const shell = page.locator("#boot-splash .frame");
        await expect(shell).toBeVisible();
        await expect(shell).toHaveAttribute("inert", "");
        await expect(shell).toHaveAttribute("aria-hidden", "true");
        await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
        const before = await boxes(page, "#boot-splash");
        expect(before.size).toBeGreaterThan(18 + 3);

        release();
        await app.started();
        await expect(page.locator("#boot-splash")).toHaveCount(0);
        await expect(page.locator(".today-list > h2")).toBeVisible();
        const after = await boxes(page, "body");
        for (const [part, box] of before) {
          const then = after.get(part);
          expect.soft(then, `${part} is there`).toBeDefined();
          for (const edge of ["x", "y", "width", "height"] as const) {
            const moved = Math.abs((then?.[edge] ?? Number.NaN) - box[edge]);
            expect.soft(moved, `${part}: ${edge}`).toBeLessThanOrEqual(NEAR_PX);
          }
        }
      });
    });
  }
}

for (const { hour, greeting } of [
  { hour: 4, greeting: "night" },
  { hour: 5, greeting: "morning" },
  { hour: 12, greeting: "afternoon" },
  { hour: 18, greeting: "evening" },
  { hour: 23, greeting: "night" },
]) {
  test(`at ${hour} the first screen greets as the app does`, async ({ app }) => {
    const { page } = app;
    await page.clock.setFixedTime(new Date(`2026-11-18T${String(hour).padStart(2, "0")}:30:00+01:00`));
    const release = await holdModule(page);
    await page.goto(app.origin);
    const greeted = words(`today.${greeting}`);
    await expect(page.locator("#boot-splash h1")).toHaveText(greeted);
    release();
    await app.started();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(greeted);
  });
}

test("other places begin with a screen that promises nothing of Today's", async ({ app }) => {
  const { page } = app;
  await holdModule(page);
  await page.goto(`${app.origin}/history`);
  await expect(page.locator(".shell-other")).toBeVisible();
  await expect(page.locator(".shell-today")).toBeHidden();
  await expect(page.locator("#boot-splash [aria-current=page]")).toHaveText(words("app.history"));
});

test("a theme that was chosen is there before the app is", async ({ app }) => {
  const { page } = app;
  await page.emulateMedia({ colorScheme: "light" });
  await app.open("/settings");
  await page.getByLabel(words("settings.theme")).selectOption("dark");
  const ground = () => page.evaluate(() => getComputedStyle(document.body.parentElement ?? document.body).backgroundColor);
  const dark = await ground();
  const release = await holdModule(page);
  await page.goto(app.origin);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(await ground()).toBe(dark);
  release();
  await app.started();
});

test("nothing moves while the app is loaded, for the first time and later", async ({ app }) => {
  const { page } = app;
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as { value: number; sources: { node: Node | null }[] }[]) {
        const moved = entry.sources.map(({ node }) => (node instanceof Element ? node.className : node?.textContent));
        shifts.push({ value: entry.value, moved: moved.join(", ") });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const visit of ["the first", "a later", "one more"]) {
    for (const place of ["/", "/history", "/calendar", "/settings"]) {
      await app.open(place);
      await expect(page.locator("#boot-splash")).toHaveCount(0);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
      const shifts = await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
      const sum = shifts.reduce((sum, shift) => sum + shift.value, 0);
      expect.soft(sum, `${visit} visit of ${place}: ${shifts.map(({ moved }) => moved).join("; ")}`).toBeLessThan(SHIFT_MAX);
    }
    await app.open();
    await app.log(`An entry at ${visit} visit`);
  }
});
