import { expect, type Page, type Worker } from "@playwright/test";

/**
 * Stops everything in a page, as a browser does to a tab in the background. Needs a browser that was opened as it is,
 * and a page that is not the one in front. Returns how to let it go on.
 */
export async function freeze(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    document.addEventListener("freeze", () => (document.documentElement.dataset.frozen = "true"));
    document.addEventListener("resume", () => (document.documentElement.dataset.frozen = "false"));
  });
  await transactionsOver(page);
  const session = await page.context().newCDPSession(page);
  const set = async (state: "frozen" | "active") => {
    await session.send("Page.setWebLifecycleState", { state });
    // The browser says nothing when it does not do it. A page that loads anew because of what it finds is awake.
    const isFrozen = () => page.evaluate(() => document.documentElement.dataset.frozen ?? "false").catch(() => "false");
    await expect.poll(isFrozen).toBe(String(state === "frozen"));
  };
  await set("frozen");
  return () => set("active");
}

/**
 * Waits until the page has no transaction open: a frozen page keeps those, and nobody else gets at the database. Browsers
 * do not freeze such a page of their own accord, but the tests' way of freezing does.
 */
async function transactionsOver(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const over = (target: IDBRequest | IDBTransaction, event: "success" | "complete") =>
      new Promise<void>((resolve, reject) => {
        target.addEventListener(event, () => resolve());
        target.addEventListener("error", () => reject(new Error("the database can't be used")));
      });
    for (const { name } of await indexedDB.databases()) {
      const opening = indexedDB.open(name ?? "");
      await over(opening, "success");
      const database = opening.result;
      // It begins when every other one on these stores is over.
      await over(database.transaction([...database.objectStoreNames], "readwrite"), "complete");
      database.close();
    }
  });
}

/** Moves the clocks that a page or a worker sees ahead. Its timers keep their time. */
export async function moveClocks(scope: Pick<Worker, "evaluate">, ms: number): Promise<void> {
  await scope.evaluate((ms) => {
    const wallClock = Date.now.bind(Date);
    const monotonicClock = performance.now.bind(performance);
    Date.now = () => wallClock() + ms;
    performance.now = () => monotonicClock() + ms;
  }, ms);
}
