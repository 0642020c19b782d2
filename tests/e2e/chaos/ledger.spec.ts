import { expect, test } from "@playwright/test";

import type { Content, Device, EventRow } from "../support/device.ts";
import type { Seen } from "../support/proxy.ts";
import { auditDevice, auditDrained, auditFile, auditKeys, auditServer, auditTwice, settle } from "./audit.ts";
import { Chance } from "./chance.ts";
import { DELETED, Ledger, type Live, type Violation } from "./ledger.ts";
import { crc32c, readLog } from "./leveldb.ts";
import { drawPlan } from "./strike.ts";

const FIRST: Live = { kind: "live", note: "[e0001.1] as first written", mood: "happy" };
const SECOND: Live = { kind: "live", note: "[e0001.2] as it was edited", mood: "happy" };

test("what was called saved is owed, and what was only tried may be there or not", () => {
  const ledger = new Ledger();
  ledger.tries("e0001", FIRST);
  expect(auditDevice(ledger, device()), "tried and absent").toEqual([]);
  expect(auditDevice(ledger, device(synced("a", FIRST))), "tried and there").toEqual([]);

  ledger.told("e0001", FIRST);
  expect(kinds(auditDevice(ledger, device()))).toEqual(["lost"]);
  expect(auditDevice(ledger, device(synced("a", FIRST)))).toEqual([]);
});

test("an older content than the one called saved is a loss", () => {
  const ledger = called(FIRST, SECOND);
  expect(kinds(auditDevice(ledger, device(synced("a", FIRST))))).toEqual(["lost"]);
  expect(kinds(auditServer(ledger, [mood("a", FIRST)]))).toEqual(["lost"]);
});

test("a deleted entry that is there again came back, unless undo was tried", () => {
  const ledger = called(FIRST, DELETED);
  expect(kinds(auditDevice(ledger, device(synced("a", FIRST))))).toEqual(["came back"]);
  expect(kinds(auditServer(ledger, [mood("a", FIRST)]))).toEqual(["came back"]);

  ledger.tries("e0001", FIRST);
  expect(auditDevice(ledger, device(synced("a", FIRST)))).toEqual([]);
});

test("what a restarted device holds is owed from then on", () => {
  const ledger = new Ledger();
  ledger.tries("e0001", FIRST);
  settle(ledger, device(synced("a", FIRST)));
  expect(kinds(auditDevice(ledger, device()))).toEqual(["lost"]);
});

test("one entry under two ids is there twice", () => {
  const ledger = called(FIRST);
  expect(kinds(auditDevice(ledger, device(synced("a", FIRST), synced("b", FIRST))))).toEqual(["twice"]);
  expect(kinds(auditTwice(called(FIRST), [mood("a", FIRST), mood("b", FIRST)]))).toEqual(["twice"]);
  const elsewhere = called(FIRST);
  auditDevice(elsewhere, device(synced("a", FIRST)));
  expect(kinds(auditServer(elsewhere, [mood("b", FIRST)]))).toEqual(["twice"]);
});

test("an entry of nobody is noticed", () => {
  const foreign: Live = { kind: "live", note: "who wrote this?", mood: "sad" };
  expect(kinds(auditDevice(new Ledger(), device(synced("a", foreign))))).toEqual(["foreign"]);
  expect(kinds(auditServer(new Ledger(), [mood("a", foreign)]))).toEqual(["foreign"]);
});

test("an entity without its event, and an event without its entity, are torn", () => {
  const row = { ...synced("a", FIRST).entries[0], sync: "waiting" };
  expect(kinds(auditDevice(called(FIRST), device({ entries: [row] })))).toEqual(["torn", "torn"]);
  expect(kinds(auditDevice(new Ledger(), device({ outbox: [event(1, "created", content(FIRST))] })))).toEqual(["torn"]);
});

test("an entity is what its last server state and its events make of it", () => {
  const [base] = synced("a", FIRST).base;
  const edited = { id: "a", deleted: false, sync: "waiting", content: content(SECOND) };
  const edit = event(1, "updated", { note: SECOND.note });
  const ledger = called(FIRST, SECOND);
  expect(auditDevice(ledger, device({ entries: [edited], base: [base], outbox: [edit] }))).toEqual([]);

  const other = event(1, "updated", { note: "[e0001.2] something else" });
  expect(kinds(auditDevice(ledger, device({ entries: [edited], base: [base], outbox: [other] })))).toEqual(["torn"]);
});

test("made and deleted before anybody heard of it leaves nothing behind", () => {
  const row = { id: "a", deleted: true, sync: "local", content: content(FIRST) };
  expect(auditDevice(called(FIRST, DELETED), device({ entries: [row] }))).toEqual([]);
});

test("what waits, is claimed, or was refused by nobody is stuck", () => {
  const waiting = event(1, "created", content(FIRST));
  expect(kinds(auditDrained(device({ outbox: [waiting], claimed: 1 })))).toEqual(["stuck", "stuck"]);
  expect(auditDrained(device())).toEqual([]);

  const row = { id: "a", deleted: false, sync: "failed", content: content(FIRST) };
  const dead: EventRow = { ...waiting, state: "dead" };
  expect(kinds(auditDevice(called(FIRST), device({ entries: [row], outbox: [dead] })))).toEqual(["stuck"]);
});

test("the draft of a saved entry is a second entry in the making", () => {
  const drafts = { today: { note: FIRST.note } };
  expect(kinds(auditDevice(called(FIRST), device({ ...synced("a", FIRST), drafts })))).toEqual(["draft"]);
});

test("a key that went out with other bytes is noticed", () => {
  const request = (body: string): Seen => {
    return { method: "POST", path: "/api/v1/moods", headers: { "idempotency-key": "k" }, body, atMs: 0 };
  };
  expect(auditKeys([request('{"note":"a"}'), request('{"note":"a"}')])).toEqual([]);
  expect(kinds(auditKeys([request('{"note":"a"}'), request('{"note":"b"}')]))).toEqual(["changed bytes"]);
});

test("a key with two effects, and a damaged file, are noticed in the server's database", () => {
  const commit = { entityId: "a", deleted: false, eventId: "k" };
  const moods = [{ id: "a", deleted: false, content: content(FIRST) }];
  const once = { integrity: "ok", moods, commits: [{ ...commit, rev: 1 }], keys: 1 };
  expect(auditFile(called(FIRST), once)).toEqual([]);
  const twice = { ...once, commits: [...once.commits, { ...commit, rev: 2 }] };
  expect(kinds(auditFile(called(FIRST), twice))).toEqual(["twice"]);
  expect(kinds(auditFile(called(FIRST), { ...once, integrity: "row missing from index" }))).toEqual(["damaged"]);
  expect(kinds(auditFile(called(FIRST), { ...once, moods: [] }))).toEqual(["lost"]);
});

test("a seed draws the same kills again, and all of them in the long run", () => {
  const plans = (seed: number) => Array.from({ length: 300 }, (_, round) => drawPlan(new Chance(seed, round)));
  expect(plans(7)).toEqual(plans(7));
  expect(plans(7)).not.toEqual(plans(8));
  expect(new Set(plans(7).map((plan) => `${plan.target} ${plan.moment}`)).size).toBeGreaterThanOrEqual(15);
});

test("a log that goes on behind an unfinished record is damaged, and one that ends there is not", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  const whole = record("one");
  const unfinished = record("two").subarray(0, 9);
  expect(readLog(whole)).toBe("sound");
  expect(readLog(Buffer.concat([whole, unfinished]))).toBe("unfinished");
  expect(readLog(Buffer.concat([whole, unfinished, record("three"), record("four")]))).toBe("damaged");
});

/** A whole record of LevelDB's log. */
function record(text: string): Buffer {
  const typed = Buffer.from(`\u0001${text}`);
  const crc = crc32c(typed);
  const head = Buffer.alloc(6);
  head.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  head.writeUInt16LE(text.length, 4);
  return Buffer.concat([head, typed]);
}

function called(...states: (Live | typeof DELETED)[]): Ledger {
  const ledger = new Ledger();
  for (const state of states) {
    ledger.tries("e0001", state);
    ledger.told("e0001", state);
  }
  return ledger;
}

function content(state: Live): Content {
  return { note: state.note, labels: [state.mood] };
}

function synced(id: string, state: Live): Pick<Device, "entries" | "base"> {
  const row = { id, deleted: false, content: content(state) };
  return { entries: [{ ...row, sync: "synced" }], base: [row] };
}

function event(seq: number, operation: EventRow["operation"], patch: Content): EventRow {
  return { seq, event_id: `k${seq}`, entity_id: "a", operation, state: "pending", attempts: 0, patch };
}

function device(...parts: Partial<Device>[]): Device {
  const all: Device = { entries: [], base: [], outbox: [], claimed: 0, drafts: {} };
  for (const part of parts) {
    all.entries.push(...(part.entries ?? []));
    all.base.push(...(part.base ?? []));
    all.outbox.push(...(part.outbox ?? []));
    all.claimed += part.claimed ?? 0;
    Object.assign(all.drafts, part.drafts);
  }
  return all;
}

function mood(id: string, state: Live) {
  return { id, note: state.note, mood: state.mood };
}

function kinds(violations: Violation[]): string[] {
  return violations.map(({ kind }) => kind);
}
