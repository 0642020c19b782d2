import { expect, test } from "../support/test.ts";
import { cachedBuilds, controllerVersion, lookForUpdate, release, untilInstalled } from "../support/worker.ts";

test("a new version is offered, not forced, and a note that is being written survives it", async ({ app, build }) => {
  await app.open();
  await untilInstalled(app.page);
  await app.page.getByTestId("mood-hopeful").click();
  await app.note.fill("In the middle of a thought");

  await build.release("second");
  await lookForUpdate(app.page);
  await expect(app.page.getByTestId("update-ready")).toBeVisible();
  await expect(app.note).toHaveValue("In the middle of a thought");
  expect(await release(app.page)).toBeNull();

  await app.page.reload();
  await app.started();
  expect(await release(app.page), "a reload alone forces nothing").toBeNull();
  await expect(app.note).toHaveValue("In the middle of a thought");

  await app.page.getByTestId("update-ready").click();
  await expect(app.page.locator("html")).toHaveAttribute("data-release", "second");
  await app.started();
  await expect(app.note).toHaveValue("In the middle of a thought");
});

test("an old page goes on under a new worker, and can still load its own files", async ({ app, build, context }) => {
  await app.open();
  await untilInstalled(app.page);
  const oldScript = await build.registerScript();
  const next = await build.release("second");

  const other = await context.newPage();
  await other.goto(app.origin);
  await lookForUpdate(other);
  await other.waitForFunction(() => "lumeUpdateReady" in window);
  await other.evaluate(() => (window as unknown as { lumeActivateUpdate: () => void }).lumeActivateUpdate());
  await expect(other.locator("html")).toHaveAttribute("data-release", "second");

  await expect.poll(() => controllerVersion(app.page)).toBe(next.version);
  expect(await release(app.page), "nobody asked this page").toBeNull();
  const status = await app.page.evaluate(async (path) => (await fetch(path)).status, oldScript);
  expect(status, "gone at the server, kept in the cache").toBe(200);
  await app.log("Written in the old version");
  await app.page.reload();
  await expect(app.entry("Written in the old version")).toBeVisible();
  expect(await release(app.page)).toBe("second");
});

test("a new page works under an old worker", async ({ app, build }) => {
  await app.open();
  await untilInstalled(app.page);
  const oldVersion = await controllerVersion(app.page);
  // The browser may drop any part of a cache: without its page the old worker must ask the server.
  await app.page.evaluate(
    async (version) => void (await (await caches.open(`lume-build-${version}`)).delete("/")),
    oldVersion,
  );
  await build.release("second");

  await app.open();
  expect(await release(app.page)).toBe("second");
  expect(await controllerVersion(app.page)).toBe(oldVersion);
  await app.log("Written in the new version");
});

test("an update that can't be had completely leaves the version before in charge, offline too", async ({
  app,
  build,
  net,
}) => {
  await app.open();
  await untilInstalled(app.page);
  const oldVersion = await controllerVersion(app.page);
  await build.release("second");
  const newScript = await build.registerScript();
  net.fault("GET", new RegExp(newScript), { kind: "answer", status: 404 });

  await lookForUpdate(app.page);
  await expect.poll(() => net.count("GET", new RegExp(newScript))).toBeGreaterThan(0);
  await expect.poll(() => cachedBuilds(app.page)).toEqual([oldVersion]);
  await app.goOffline();
  await app.page.reload();
  await app.started();
  expect(await controllerVersion(app.page)).toBe(oldVersion);
});
