import { sendings } from "../support/keys.ts";
import { expect, test } from "../support/test.ts";

/** What the seed promises after the connection is back. */
const DELIVERY_MS_MAX = 30_000;

test("in synced mode an entry reaches the server", async ({ app, api, account }) => {
  await app.register(account);
  await app.log("Coffee with an old friend");
  await app.expectEntry("Coffee with an old friend", "synced");
  await app.expectSync("synced", 0);
  expect(await api.notes()).toEqual(["Coffee with an old friend"]);
  expect(await app.outboxCount()).toBe(0);
});

test("what is logged offline is delivered within 30 s of being online again", async ({ app, api, account }) => {
  await app.register(account);
  await app.goOffline();
  await app.log("Above the clouds");
  await app.log("Somewhere over the sea", "peaceful");
  await app.expectEntry("Above the clouds", "waiting");
  await expect(app.syncStatus).toHaveAttribute("data-pending", "2");
  expect(await api.notes()).toEqual([]);

  await app.goOnline();
  await expect
    .poll(() => api.notes(), { timeout: DELIVERY_MS_MAX })
    .toEqual(["Above the clouds", "Somewhere over the sea"]);
  await app.expectSync("synced", 0);
});

test("with the server down entries wait, and arrive once it is up again", async ({ app, api, account, server }) => {
  await app.register(account);
  await server.kill();
  await app.log("Nobody is listening");
  await app.expectEntry("Nobody is listening", "waiting");

  await server.start();
  await app.syncNow();
  await app.expectEntry("Nobody is listening", "synced");
  expect(await api.notes()).toEqual(["Nobody is listening"]);
});

test("two entries that were edited offline arrive in order, each as it was last", async ({
  app,
  api,
  account,
  net,
}) => {
  await app.register(account);
  await app.log("First as it was");
  await app.log("Second as it was");
  await app.expectSync("synced", 0);
  const before = net.seen.length;

  await app.goOffline();
  await app.edit("First as it was", "First, once more");
  await app.edit("First, once more", "First, for good");
  await app.edit("Second as it was", "Second, once more");
  await app.goOnline();

  await expect.poll(() => api.notes(), { timeout: DELIVERY_MS_MAX }).toEqual(["First, for good", "Second, once more"]);
  await app.expectSync("synced", 0);
  // Lanes are independent: what counts is the order in each, and that the older one is begun first.
  const sent = sendings(net.seen.slice(before)).map(({ says }) => says);
  const first = sent.findIndex((says) => says.includes("First, "));
  const second = sent.findIndex((says) => says.includes("Second, once more"));
  expect(first).toBeGreaterThanOrEqual(0);
  expect(first).toBeLessThan(second);
  const lane = sent.filter((says) => says.includes("First, "));
  expect(lane.at(-1)).toContain("First, for good");
});

test("a deleted entry is deleted at the server, unless it is undone in time", async ({ app, api, account }) => {
  await app.register(account);
  await app.log("To be kept");
  await app.log("To be gone");
  await app.expectSync("synced", 0);

  await app.entry("To be kept").getByTestId("entry-delete").click();
  await app.page.getByTestId("undo").click();
  await expect(app.entry("To be kept")).toBeVisible();
  await app.entry("To be gone").getByTestId("entry-delete").click();

  // The delete itself waits for ten seconds, in which Undo cancels it on the device.
  await expect.poll(() => api.notes(), { timeout: DELIVERY_MS_MAX + 15_000 }).toEqual(["To be kept"]);
  await app.expectSync("synced", 0);
  await expect(app.entry("To be kept")).toBeVisible();
});
