import { expect, test } from "../support/test.ts";
import { untilInstalled } from "../support/worker.ts";

const ROUTES = ["/", "/history", "/history?mood=happy", "/sync", "/settings", "/?log=1"];

test("every route opens offline, by link and by reload", async ({ app }) => {
  await app.open();
  await untilInstalled(app.page);
  await app.log("Still here");

  await app.goOffline();
  for (const route of ROUTES) {
    await test.step(route, async () => {
      await app.open(route);
      await app.page.reload();
      await app.started();
    });
  }
  await app.open();
  await expect(app.entry("Still here")).toBeVisible();
});

test("the app opens offline with no page and no memory of the first visit", async ({ app, context }) => {
  await app.open();
  await app.goOffline();
  await app.page.close();

  const page = await context.newPage();
  await page.goto(`${app.origin}/history`);
  await expect(page.getByTestId("sync-status")).toBeVisible();
});

test("the worker leaves the API alone and keeps none of its answers", async ({ app, account }) => {
  await app.register(account);
  await untilInstalled(app.page);
  await app.log("Kept in one place only");
  await app.expectEntry("Kept in one place only", "synced");
  const cached = await app.page.evaluate(async () => {
    const paths: string[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      paths.push(...(await cache.keys()).map((request) => new URL(request.url).pathname));
    }
    return paths;
  });
  expect(cached.filter((path) => path.startsWith("/api") || path === "/health")).toEqual([]);
  expect(cached).toContain("/");
});
