import { expect } from "@playwright/test";

import { isChange } from "../support/keys.ts";
import type { Fault } from "../support/proxy.ts";
import { words } from "../support/words.ts";
import { type Room, test } from "./room.ts";
import { type Expected, type Row, ROWS } from "./rows.ts";

// Each row twice: the outcome in the place of the server's work, and in the place of its answer only. To the app the
// two look the same; at the server they must come to the same.
for (const side of ["before", "after"] as const) {
  test.describe(`${side} the effect`, () => {
    for (const row of ROWS) {
      test(`${row.name}: ${row.expected.kind}`, async ({ room }) => {
        await play(room, row, side);
      });
    }
  });
}

type Side = "before" | "after";

/** What the server says it has not done, and has, is found out: it is among what has changed there. */
function expectedOf({ expected }: Row, side: Side): Expected {
  const denied = expected.kind === "refused" || expected.kind === "conflict";
  return denied && side === "after" ? { kind: "found" } : expected;
}

/** A row as it is played. */
interface Played {
  row: Row;
  side: Side;
  note: string;
  /** The note before the edit, where the row is about one. */
  old: string | undefined;
  /** The note of an entry beside it. */
  neighbour: string;
  /** Ends the fault. */
  lift: () => void;
}

const DELIVERY_MS_MAX = 20_000;
/** What is over by itself, the outcome having befallen one request. */
const ONCE: Expected["kind"][] = ["delivered", "refreshed", "merged"];

async function play(room: Room, row: Row, side: Side): Promise<void> {
  await room.goToToday();
  await room.app.expectSync("synced", 0);
  const note = `${row.name}, ${side}`;
  const place = `${ROWS.indexOf(row)}, ${side}`;
  const old = row.does === "update" ? `As it was: ${place}` : undefined;
  const neighbour = `A neighbour: ${place}`;
  if (old !== undefined) {
    await room.app.log(old);
    await room.app.expectEntry(old, "synced");
  }
  const othersBefore = (await room.atServer(note)).others.filter((mood) => mood.note !== old);
  const refreshes = room.net.count("POST", /auth\/refresh/);
  const expected = expectedOf(row, side);
  const times = ONCE.includes(expected.kind) ? 1 : Number.POSITIVE_INFINITY;
  const lift = befall(room, row, row[side], note, times);
  if (old === undefined) {
    await room.app.log(note);
  } else {
    await room.app.edit(old, note);
  }
  const played = { row, side, note, old, neighbour, lift };
  await expectOutcome(room, expected, played);

  const attempts = room.attempts(note);
  const keys = new Set(attempts.map(({ key }) => key)).size;
  expect(new Set(attempts.map(({ key, says }) => `${key} ${says}`)).size, "the same bytes under a key").toBe(keys);
  if (expected.kind !== "merged") {
    expect(keys, "every attempt carries the same key").toBe(1);
  }
  const others = (await room.atServer(note)).others.filter((mood) => mood.note !== old && mood.note !== neighbour);
  expect(others, "nothing else was changed at the server").toEqual(othersBefore);
  const refreshed = expected.kind === "refreshed" ? 1 : 0;
  expect(room.net.count("POST", /auth\/refresh/) - refreshes, "refreshes of the session").toBe(refreshed);
}

/** Lets the row's fault happen to the requests that carry the note. */
function befall(room: Room, row: Row, fault: Fault, note: string, times: number): () => void {
  const isOurs = (seen: Parameters<typeof isChange>[0]) => isChange(seen) && seen.body.includes(JSON.stringify(note));
  const lift = room.net.faultWhere(isOurs, fault, times);
  if (!row.ill) {
    return lift;
  }
  const heal = room.net.fault("GET", /\/health/, { kind: "answer", status: 500 }, times);
  return () => {
    lift();
    heal();
  };
}

async function expectOutcome(room: Room, expected: Expected, played: Played): Promise<void> {
  switch (expected.kind) {
    case "delivered":
    case "refreshed":
      return expectDelivered(room, played);
    case "blocked":
      return expectBlocked(room, expected.says, played);
    case "refused":
      return expectRefused(room, expected, played);
    case "conflict":
      return expectConflict(room, expected.reason, played);
    case "found":
    case "merged":
      return expectSettled(room, played);
  }
}

async function expectDelivered(room: Room, { note, lift, side }: Played): Promise<void> {
  await expect(room.app.entry(note)).toHaveAttribute("data-sync", "synced", { timeout: DELIVERY_MS_MAX });
  lift();
  // What took effect may be heard of from the feed before it is sent again.
  const attempts = side === "after" ? [1, 2] : [2];
  expect(attempts, "attempts").toContain(room.attempts(note).length);
  await expectOnceAndNeverGone(room, note);
}

/** Nothing is sent, the words say why, and the event is as it was: no gate is an event's fault. */
async function expectBlocked(room: Room, says: string, { note, lift, side }: Played): Promise<void> {
  await expect.poll(() => room.attempts(note).length).toBeGreaterThan(0);
  await room.goToSync();
  await expect(room.app.page.getByRole("alert").filter({ hasText: says })).toBeVisible();
  await expect(room.failed).toHaveCount(0);
  expect((await room.atServer(note)).with.length).toBe(side === "after" ? 1 : 0);
  await room.goToToday();
  // What took effect may be heard of from the feed at any time.
  if (side === "before") {
    await expect(room.app.syncStatus).toHaveAttribute("data-pending", "1");
    await expect(room.app.entry(note)).toHaveAttribute("data-sync", "waiting");
    expect(await room.event(note)).toMatchObject({ state: "pending", attempts: 0 });
  }

  lift();
  await room.syncUntilSynced(note);
  await expectOnceAndNeverGone(room, note);
}

/** The event waits with its reason and stands in nobody's way; once the reason is gone, a retry delivers it. */
async function expectRefused(
  room: Room,
  { says, retry }: Extract<Expected, { kind: "refused" }>,
  { note, neighbour, lift }: Played,
): Promise<void> {
  await room.app.expectEntry(note, "failed");
  await room.app.expectSync("attention", 0);
  await expectOthersPass(room, neighbour);
  expect(room.attempts(note).length, "attempts").toBe(1);
  expect(await room.vanished()).toEqual([]);
  await room.goToSync();
  await expect(room.failed).toHaveCount(1);
  await expect(room.failed).toContainText(says);
  lift();
  if (retry) {
    await room.failed.getByTestId("event-retry").click();
    await expect(room.failed).toHaveCount(0);
    await room.goToToday();
    await room.app.expectEntry(note, "synced");
    await expectOnceAndNeverGone(room, note);
  } else {
    await expect(room.failed.getByTestId("event-retry")).toHaveCount(0);
    await discard(room);
    await room.goToToday();
    await expect(room.app.entry(note)).toHaveCount(0);
    expect((await room.atServer(note)).with.length).toBe(0);
  }
}

/** The event waits for the person. It can be given up, which leaves the server alone. */
async function expectConflict(
  room: Room,
  reason: string,
  { note, neighbour, lift }: Played,
): Promise<void> {
  await room.app.expectEntry(note, "conflict");
  expect(await room.event(note)).toMatchObject({ state: "parked", reason });
  await expectOthersPass(room, neighbour);
  expect(room.attempts(note).length, "attempts").toBe(1);
  expect(await room.vanished()).toEqual([]);
  await room.goToSync();
  await expect(room.failed).toHaveCount(1);
  await expect(room.failed).toContainText(words(`why.${reason}`));
  lift();
  await discard(room);
  await room.goToToday();
  await expect(room.app.entry(note)).toHaveCount(0);
  expect((await room.atServer(note)).with.length).toBe(0);
}

/** Nobody is asked anything: what the person wrote is there, once. */
async function expectSettled(room: Room, { note, lift, old }: Played): Promise<void> {
  await expect(room.app.entry(note)).toHaveAttribute("data-sync", "synced", { timeout: DELIVERY_MS_MAX });
  lift();
  await room.app.expectSync("synced", 0);
  expect((await room.device()).outbox).toEqual([]);
  expect((await room.atServer(note)).with.length).toBe(1);
  const said = (await room.app.entry(note).locator(".entry-note").textContent()) ?? "";
  // An edit takes the place of what was there, and two texts that are joined that of either.
  expect((await room.vanished()).filter((gone) => gone !== old && !(said !== note && said.includes(gone)))).toEqual([]);
}

/** A lane of its own is not held up by this one. */
async function expectOthersPass(room: Room, neighbour: string): Promise<void> {
  await room.app.log(neighbour);
  await room.app.expectEntry(neighbour, "synced");
}

async function expectOnceAndNeverGone(room: Room, note: string): Promise<void> {
  expect((await room.atServer(note)).with.length, "moods at the server").toBe(1);
  expect(await room.vanished(), "entries that left the screen").toEqual([]);
  await room.app.expectSync("synced", 0);
}

async function discard(room: Room): Promise<void> {
  await room.failed.getByTestId("event-discard").click();
  await room.app.page.getByRole("button", { name: words("sync.discard_yes") }).click();
  await expect(room.failed).toHaveCount(0);
  await room.app.expectSync("synced", 0);
}
