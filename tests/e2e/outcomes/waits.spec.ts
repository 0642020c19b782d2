import { expect } from "@playwright/test";

import { readDevice } from "../support/device.ts";
import { isChange, sendings } from "../support/keys.ts";
import type { Answer, Fault, FaultProxy, Seen } from "../support/proxy.ts";
import { test } from "../support/test.ts";
import { words } from "../support/words.ts";
import { ours, theirs } from "./answers.ts";

// Outcomes that take their time, or more than one answer. Each has a server and a page of its own.

test.setTimeout(120_000);

const WAIT_S = 4;
/** The app gives a request half a minute. */
const TIMEOUT_MS_MAX = 45_000;
/** Five retries: 2, 4, 8, 16 and 32 seconds, and a fifth on top at most. */
const GIVE_UP_MS_MAX = 100_000;
const DELIVERY_MS_MAX = 30_000;

/** The same wait in the two ways to say it. The date counts from the server's clock, which is years behind here. */
const RETRY_AFTER: { name: string; headers: Record<string, string> }[] = [
  { name: "seconds", headers: { "retry-after": String(WAIT_S) } },
  {
    name: "a date",
    headers: { date: "Mon, 01 Jan 2001 00:00:00 GMT", "retry-after": `Mon, 01 Jan 2001 00:00:0${WAIT_S} GMT` },
  },
];

for (const side of ["before", "after"] as const) {
  for (const status of [429, 503]) {
    for (const { name, headers } of RETRY_AFTER) {
      test(`${status} with Retry-After in ${name}, ${side} the effect: nothing is sent before`, async ({
        app,
        api,
        account,
        net,
      }) => {
        await app.register(account);
        const given = ours(status, status === 429 ? "rate_limited" : "unavailable");
        net.faultWhere(isChange, on(side, { ...given, headers: { ...given.headers, ...headers } }), 1);
        await app.log("Not now");
        await expect.poll(() => changes(net).length).toBe(1);
        // Neither a person nor another entry brings forward what the server has asked for.
        await app.syncNow();
        await app.log("Another one");
        await app.syncNow();

        await expect(app.entry("Not now")).toHaveAttribute("data-sync", "synced", { timeout: DELIVERY_MS_MAX });
        await app.expectEntry("Another one", "synced");
        const [first, second] = changes(net);
        expect(second.atMs - first.atMs).toBeGreaterThanOrEqual(WAIT_S * 1_000);
        expectSameBytes(net, "Not now");
        expect(await api.notes()).toEqual(["Another one", "Not now"]);
      });
    }
  }

  test(`a request that nobody answers, ${side} the effect, is given up after its time and sent again`, async ({
    app,
    api,
    account,
    net,
  }) => {
    await app.register(account);
    const silence: Fault = { kind: "silence" };
    net.faultWhere(isChange, side === "before" ? silence : { kind: "after", fault: silence }, 1);
    await app.log("Is anybody there?");
    await expect(app.entry("Is anybody there?")).toHaveAttribute("data-sync", "synced", { timeout: TIMEOUT_MS_MAX });
    expectSameBytes(net, "Is anybody there?");
    expect(await api.notes()).toEqual(["Is anybody there?"]);
  });

  test(`a connection that is refused, ${side} the effect, costs time and nothing else`, async ({
    app,
    api,
    account,
    net,
  }) => {
    await app.register(account);
    let listen: (() => Promise<void>) | undefined;
    if (side === "before") {
      listen = await net.refuse();
      await app.log("Nobody listens");
    } else {
      net.faultWhere(isChange, { kind: "lose-answer" }, 1);
      await app.log("Nobody listens");
      await expect.poll(() => api.notes()).toEqual(["Nobody listens"]);
      listen = await net.refuse();
    }
    await app.expectSync("offline", 1);
    await app.expectEntry("Nobody listens", "waiting");

    await listen();
    await expect(app.entry("Nobody listens")).toHaveAttribute("data-sync", "synced", { timeout: DELIVERY_MS_MAX });
    expectSameBytes(net, "Nobody listens");
    expect(await api.notes()).toEqual(["Nobody listens"]);
  });
}

test("500 again and again, the server being well, is given up after five retries, and a retry delivers once", async ({
  app,
  api,
  account,
  net,
}) => {
  test.setTimeout(GIVE_UP_MS_MAX + 60_000);
  await app.register(account);
  const failed = ours(500, "internal");
  const ends = [
    net.faultWhere(carries("Never arrived there"), on("before", failed)),
    net.faultWhere(carries("Worked on and not told"), on("after", failed)),
  ];
  await app.log("Never arrived there");
  await app.log("Worked on and not told");
  await app.log("Not their fault");
  await app.expectEntry("Not their fault", "synced");
  // What took effect is found among the backend's changes.
  await app.expectEntry("Worked on and not told", "synced");
  await expect(app.entry("Never arrived there")).toHaveAttribute("data-sync", "failed", { timeout: GIVE_UP_MS_MAX });
  const { outbox } = await readDevice(app.page);
  expect(outbox.map(({ attempts }) => attempts), "attempts").toEqual([6]);
  for (const end of ends) {
    end();
  }
  await app.open("/sync");
  const events = app.page.getByTestId("failed-event");
  await expect(events).toHaveCount(1);
  await expect(events).toContainText(words("why.gave_up"));
  await events.getByTestId("event-retry").click();
  await expect(events).toHaveCount(0);
  await app.expectSync("synced", 0);
  expectSameBytes(net, "Never arrived there");
  expectSameBytes(net, "Worked on and not told");
  expect(await api.notes()).toEqual(["Never arrived there", "Not their fault", "Worked on and not told"]);
});

test("404 and 410 on a delete, before and after the effect, say that it is gone already", async ({
  app,
  api,
  account,
  net,
}) => {
  await app.register(account);
  const rows: [note: string, fault: Fault][] = [
    ["404 before", on("before", ours(404, "entity"))],
    ["404 after", on("after", ours(404, "entity"))],
    ["410 before", on("before", ours(410, "deleted"))],
    ["410 after", on("after", ours(410, "deleted"))],
  ];
  for (const [note] of rows) {
    await app.log(note);
    await app.expectEntry(note, "synced");
  }
  for (const [sent, [note, fault]] of rows.entries()) {
    const id = await app.entry(note).getAttribute("data-entry-id");
    net.faultWhere((seen) => seen.method === "DELETE" && seen.path.endsWith(String(id)), fault);
    await app.entry(note).getByTestId("entry-delete").click();
    await expect(app.entry(note)).toHaveCount(0);
    // A delete waits ten seconds for its undo, and two that wait would go together.
    await expect.poll(() => net.count("DELETE", /moods/), { timeout: DELIVERY_MS_MAX }).toBe(sent + 1);
  }
  await app.expectSync("synced", 0);
  expect(await app.outboxCount()).toBe(0);
  expect(await api.notes(), "what was told to be gone and is not").toEqual(["404 before", "410 before"]);
});

test("410 key_expired: what is at the server is acknowledged, and what is not goes out under a new key", async ({
  app,
  api,
  account,
  net,
}) => {
  await app.register(account);
  net.faultWhere(carries("Long since there"), on("after", ours(410, "key_expired")));
  net.faultWhere(carries("Never arrived"), on("before", ours(410, "key_expired")), 1);
  await app.log("Long since there");
  await app.expectEntry("Long since there", "synced");
  expect(changes(net).length, "no second attempt for what is there").toBe(1);

  await app.log("Never arrived");
  await app.expectEntry("Never arrived", "synced");
  const [spent, fresh] = changes(net).filter(carries("Never arrived"));
  expect(fresh?.body).toBe(spent?.body);
  expect(fresh?.headers["idempotency-key"]).not.toBe(spent?.headers["idempotency-key"]);
  expect(changes(net).length).toBe(3);
  expect(await api.notes()).toEqual(["Long since there", "Never arrived"]);
});

for (const side of ["before", "after"] as const) {
  test(`401 after a refresh as well, ${side} the effect: one signs in again, and it arrives once`, async ({
    app,
    api,
    account,
    net,
  }) => {
    await app.register(account);
    const end = net.faultWhere(isChange, on(side, ours(401, "unauthorized")));
    await app.log("Who are you?");
    await app.expectSync("attention", 1);
    await app.expectEntry("Who are you?", "waiting");
    expect(changes(net).length, "attempts").toBe(2);
    expect(net.count("POST", /auth\/refresh/)).toBe(1);
    await app.syncStatus.click();
    await expect(app.page.getByRole("alert").filter({ hasText: words("why.blocked_auth") })).toBeVisible();

    end();
    net.faultWhere((seen) => /auth\/refresh/.test(seen.path), { kind: "answer", ...ours(401, "token_reused") });
    await app.open("/settings");
    await app.page.getByTestId("auth-password").fill(account.password);
    await app.page.getByTestId("auth-submit").click();
    await app.expectSync("synced", 0);
    expectSameBytes(net, "Who are you?");
    expect(await api.notes()).toEqual(["Who are you?"]);
  });
}

test("a redirect to a page of the same site acknowledges nothing", async ({ app, api, account, net }) => {
  await app.register(account);
  const end = net.faultWhere(isChange, on("before", theirs(303, { location: "/health" })));
  await app.log("Not there");
  await expect.poll(() => changes(net).length).toBeGreaterThan(0);
  await expect(app.entry("Not there")).toHaveAttribute("data-sync", "waiting");
  expect(await api.notes()).toEqual([]);
  end();
  await expect(app.entry("Not there")).toHaveAttribute("data-sync", "synced", { timeout: DELIVERY_MS_MAX });
  expect(await api.notes()).toEqual(["Not there"]);
});

function on(side: "before" | "after", answer: Answer): Fault {
  const fault: Fault = { kind: "answer", ...answer };
  return side === "before" ? fault : { kind: "after", fault };
}

function carries(note: string): (seen: Seen) => boolean {
  return (seen) => isChange(seen) && seen.body.includes(JSON.stringify(note));
}

function changes(net: FaultProxy): Seen[] {
  return net.seen.filter(isChange);
}

function expectSameBytes(net: FaultProxy, note: string): void {
  const sent = sendings(net.seen).filter(({ says }) => says.includes(JSON.stringify(note)));
  expect(new Set(sent.map(({ key, says }) => `${key} ${says}`)).size, "every attempt carries the same key and bytes").toBe(1);
}
