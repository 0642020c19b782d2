import { expect, test } from "../support/test.ts";

test("on this device alone an entry is kept, makes no event and is sent nowhere", async ({ app, net }) => {
  await app.open();
  await app.expectSync("device");
  await app.log("A walk in the rain");
  await app.expectEntry("A walk in the rain", "local");

  await app.page.reload();
  await app.started();
  await app.expectEntry("A walk in the rain", "local");
  expect(await app.outboxCount()).toBe(0);
  expect(net.asked.filter((seen) => seen.method !== "GET")).toEqual([]);
  expect(net.count("GET", /^\/api\/v1\/moods/)).toBe(0);
});

test("a draft survives closing the tab", async ({ app, context }) => {
  await app.open();
  await app.page.getByTestId("mood-hopeful").click();
  await app.note.fill("Half a thought");
  // Drafts are written behind the typing; this is their database's word that it has happened.
  await expect.poll(() => draftCount(app.page)).toBeGreaterThan(0);
  await app.page.close({ runBeforeUnload: false });

  const page = await context.newPage();
  await page.goto(app.origin);
  await expect(page.getByTestId("note")).toHaveValue("Half a thought");
});

test("a deleted entry comes back with Undo", async ({ app }) => {
  await app.open();
  await app.log("Deleted by mistake");
  await app.entry("Deleted by mistake").getByTestId("entry-delete").click();
  await expect(app.entry("Deleted by mistake")).toHaveCount(0);
  await app.page.getByTestId("undo").click();
  await expect(app.entry("Deleted by mistake")).toBeVisible();
  await app.page.reload();
  await expect(app.entry("Deleted by mistake")).toBeVisible();
});

/** Counts the drafts in all of this device's databases. */
function draftCount(page: import("@playwright/test").Page): Promise<number> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    let drafts = 0;
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name ?? ""));
      if (database.objectStoreNames.contains("drafts")) {
        drafts += await done(database.transaction("drafts").objectStore("drafts").count());
      }
      database.close();
    }
    return drafts;
  });
}
