import { CHANGES, keysSent } from "../support/keys.ts";
import { expect, test } from "../support/test.ts";

const DELIVERY_MS_MAX = 30_000;

test("an answer that is lost after the effect leads to one mood at the server", async ({ app, api, account, net }) => {
  await app.register(account);
  // Or the feed would tell what became of it.
  net.fault("GET", /\/changes/, { kind: "answer", status: 502, headers: { "content-type": "text/plain" } });
  net.fault("POST", CHANGES, { kind: "lose-answer" }, 2);
  await app.log("Said once");
  await expect(app.entry("Said once")).toHaveAttribute("data-sync", "synced", { timeout: DELIVERY_MS_MAX });
  expect(await api.notes()).toEqual(["Said once"]);

  const keys = keysSent(net);
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size, "every attempt carries the same key").toBe(1);
});

test("a connection that breaks before the effect costs time and nothing else", async ({ app, api, account, net }) => {
  await app.register(account);
  net.fault("POST", CHANGES, { kind: "reset" }, 2);
  await app.log("Third time lucky");
  await expect(app.entry("Third time lucky")).toHaveAttribute("data-sync", "synced", { timeout: DELIVERY_MS_MAX });
  expect(await api.notes()).toEqual(["Third time lucky"]);
});

test("a portal's page with status 200 acknowledges nothing", async ({ app, api, account, net }) => {
  await app.register(account);
  await app.expectSync("synced", 0);
  const end = net.fault("POST", CHANGES, portal());
  const endRest = net.fault("GET", /^\/(api\/(?!v1\/changes)|health)/, portal());
  await app.log("In a hotel lobby");
  await expect.poll(() => net.count("POST", CHANGES)).toBeGreaterThan(0);
  await expect(app.syncStatus).toHaveAttribute("data-pending", "1");
  await expect(app.entry("In a hotel lobby")).not.toHaveAttribute("data-sync", "synced");
  expect(await app.outboxCount()).toBe(1);

  end();
  endRest();
  await app.syncNow();
  await expect(app.entry("In a hotel lobby")).toHaveAttribute("data-sync", "synced", { timeout: DELIVERY_MS_MAX });
  expect(await api.notes()).toEqual(["In a hotel lobby"]);
});

test("a server in trouble gets the entry later", async ({ app, api, account, net }) => {
  await app.register(account);
  net.fault("POST", CHANGES, { kind: "answer", status: 503, headers: { "content-type": "text/plain" } }, 2);
  await app.log("Please hold the line");
  await expect(app.entry("Please hold the line")).toHaveAttribute("data-sync", "synced", { timeout: DELIVERY_MS_MAX });
  expect(await api.notes()).toEqual(["Please hold the line"]);
});

test("an expired access token is renewed without anyone noticing", async ({ app, api, account, net }) => {
  await app.register(account);
  await app.log("Before");
  await app.expectSync("synced", 0);
  const old = net.requests("POST", CHANGES).at(-1)?.headers.authorization;
  expect(old).toBeTruthy();
  net.faultWhere((seen) => seen.headers.authorization === old, {
    kind: "answer",
    status: 401,
    headers: { "content-type": "application/json", "x-lume-protocol": "1" },
    body: JSON.stringify({ success: false, error: { code: "token_expired", message: "the access token has expired" } }),
  });

  await app.log("After");
  await app.expectEntry("After", "synced");
  expect(await api.notes()).toEqual(["After", "Before"]);
  expect(net.count("POST", /^\/api\/v1\/auth\/refresh/)).toBe(1);
});

test("with nothing to send nothing is sent", async ({ app, account, net }) => {
  await app.register(account);
  await app.log("The only one");
  await app.expectSync("synced", 0);
  const before = net.count("POST", CHANGES);
  await app.syncNow();
  await app.page.evaluate(() => window.dispatchEvent(new Event("online")));
  await app.log("Another");
  await app.expectEntry("Another", "synced");
  expect(net.count("POST", CHANGES)).toBe(before + 1);
});

function portal() {
  return {
    kind: "answer" as const,
    status: 200,
    headers: { "content-type": "text/html" },
    body: "<!DOCTYPE html><title>Welcome</title><p>Please accept our terms.</p>",
  };
}
