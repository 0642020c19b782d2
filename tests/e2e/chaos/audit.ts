import { isDeepStrictEqual } from "node:util";

import type { Mood } from "../support/api.ts";
import type { BaseRow, Content, Device, EntryRow, EventRow } from "../support/device.ts";
import { type Sending, sendings } from "../support/keys.ts";
import type { Seen } from "../support/proxy.ts";
import { ABSENT, DELETED, isSame, type Ledger, show, type State, tagOf, type Violation } from "./ledger.ts";

/** A commit of the server, from its own database. */
export interface Commit {
  rev: number;
  entityId: string;
  deleted: boolean;
  eventId: string | null;
}

/** The server's database, read from its file. */
export interface ServerFile {
  integrity: string;
  moods: { id: string; deleted: boolean; content: Content }[];
  commits: Commit[];
  keys: number;
}

function stateOf(content: Content): State {
  const [mood] = (content.labels ?? []) as string[];
  return { kind: "live", note: String(content.note ?? ""), mood: mood ?? String(content.mood ?? "") };
}

/** Compares a device with what the app had called saved on it. */
export function auditDevice(ledger: Ledger, device: Device): Violation[] {
  const found: Violation[] = [];
  const rows = new Map<string, EntryRow>();
  for (const row of device.entries) {
    const tag = tagOf(String(row.content.note ?? ""));
    const known = tag === undefined ? undefined : ledger.entries.get(tag);
    if (tag === undefined || known === undefined) {
      found.push({ kind: "foreign", what: `${row.id} on the device was written by nobody` });
    } else if (rows.has(tag) || (known.id !== undefined && known.id !== row.id)) {
      found.push({ kind: "twice", what: `${tag} is on the device as ${rows.get(tag)?.id ?? known.id} and ${row.id}` });
    } else {
      known.id = row.id;
      rows.set(tag, row);
    }
  }
  for (const entry of ledger.entries.values()) {
    const is = deviceState(rows.get(entry.tag));
    if (!ledger.permitted(entry).some((state) => isSame(state, is))) {
      const kind = entry.called.kind === "deleted" && is.kind === "live" ? "came back" : "lost";
      found.push({ kind, what: `${entry.tag} was called ${show(entry.called)} and is ${show(is)} on the device` });
    }
  }
  return [...found, ...auditLanes(device), ...auditDrafts(ledger, device, rows)];
}

/** Takes what a restarted device holds for granted from here on. */
export function settle(ledger: Ledger, device: Device): void {
  const rows = new Map(device.entries.map((row) => [tagOf(String(row.content.note ?? "")), row]));
  for (const tag of ledger.entries.keys()) {
    ledger.settle(tag, deviceState(rows.get(tag)));
  }
}

function deviceState(row: EntryRow | undefined): State {
  if (row === undefined) {
    return ABSENT;
  }
  return row.deleted ? DELETED : stateOf(row.content);
}

/** Nothing is half there: each entity is what its last server state and its events make of it. */
function auditLanes(device: Device): Violation[] {
  const found: Violation[] = [];
  const entries = new Map(device.entries.map((row) => [row.id, row]));
  const bases = new Map(device.base.map((row) => [row.id, row]));
  for (const id of new Set(device.outbox.map((event) => event.entity_id))) {
    if (!entries.has(id)) {
      found.push({ kind: "torn", what: `an event of ${id}, and no entity` });
    }
  }
  for (const row of device.entries) {
    const lane = device.outbox.filter((event) => event.entity_id === row.id);
    const base = bases.get(row.id);
    const folded = fold(base, lane);
    if (folded === undefined && !row.deleted) {
      found.push({ kind: "torn", what: `the entity ${row.id}, and neither an event nor a server state` });
    } else if (folded && (folded.deleted !== row.deleted || !(row.deleted || isSameContent(folded, row)))) {
      found.push({ kind: "torn", what: `${row.id} is not what its events make of it` });
    }
    // What was made and deleted before anybody heard of it leaves no event.
    const unsent = base ? "synced" : "local";
    const refused = lane.find((event) => event.state === "dead" || event.state === "parked");
    if (refused) {
      found.push({ kind: "stuck", what: `${refused.operation} of ${row.id} is ${refused.state}, and nobody refused it` });
    } else if (row.sync !== (lane.length > 0 ? "waiting" : unsent)) {
      found.push({ kind: "torn", what: `${row.id} is shown as ${row.sync} with ${lane.length} events` });
    }
  }
  return found;
}

function isSameContent(one: { content: Content }, other: { content: Content }): boolean {
  return isDeepStrictEqual(one.content, other.content);
}

/** The engine's own rule, told once more: a patch is laid over what there is, and null clears a field. */
function fold(base: BaseRow | undefined, lane: EventRow[]): { deleted: boolean; content: Content } | undefined {
  let state = base && { deleted: base.deleted, content: base.content };
  for (const event of lane) {
    const under = event.operation === "updated" && state !== undefined && !state.deleted ? state.content : {};
    const laid = Object.entries({ ...under, ...event.patch }).filter(([, value]) => value !== null);
    state = { deleted: event.operation === "deleted", content: Object.fromEntries(laid) };
  }
  return state;
}

/** What is saved is no draft any more: it was removed in the same transaction. */
function auditDrafts(ledger: Ledger, device: Device, rows: Map<string, EntryRow>): Violation[] {
  const found: Violation[] = [];
  for (const draft of Object.values(device.drafts)) {
    const note = String(draft.note ?? "");
    const tag = tagOf(note);
    const row = tag === undefined ? undefined : rows.get(tag);
    if (tag !== undefined && ledger.entries.has(tag) && row !== undefined && row.content.note === note) {
      found.push({ kind: "draft", what: `${tag} is saved, and its draft is there as well` });
    }
  }
  return found;
}

/** Nothing waits any more. */
export function auditDrained(device: Device): Violation[] {
  const stuck = device.outbox.map((event): Violation => {
    const tries = `${event.state}, ${event.attempts} attempts`;
    return { kind: "stuck", what: `${event.operation} of ${event.entity_id} (${tries})` };
  });
  return device.claimed > 0 ? [...stuck, { kind: "stuck", what: `${device.claimed} events are claimed` }] : stuck;
}

/** Nothing is at the server twice or from nowhere: holds at any time. */
export function auditTwice(ledger: Ledger, moods: Pick<Mood, "id" | "note">[]): Violation[] {
  const found: Violation[] = [];
  const tags = new Map<string, string>();
  for (const mood of moods) {
    const tag = tagOf(mood.note);
    const entry = tag === undefined ? undefined : ledger.entries.get(tag);
    const other = tag === undefined ? undefined : tags.get(tag);
    if (tag === undefined || entry === undefined) {
      found.push({ kind: "foreign", what: `${mood.id} at the server was written by nobody` });
    } else if (other !== undefined || (entry.id !== undefined && entry.id !== mood.id)) {
      found.push({ kind: "twice", what: `${tag} is at the server as ${other ?? entry.id} and ${mood.id}` });
    } else {
      tags.set(tag, mood.id);
    }
  }
  return found;
}

/** Everything is at the server as its person knows it: holds once nothing waits. */
export function auditServer(ledger: Ledger, moods: Pick<Mood, "id" | "note" | "mood">[]): Violation[] {
  const found = auditTwice(ledger, moods);
  const byTag = new Map(moods.map((mood) => [tagOf(mood.note), mood]));
  for (const entry of ledger.entries.values()) {
    const mood = byTag.get(entry.tag);
    const is: State = mood ? { kind: "live", note: mood.note ?? "", mood: mood.mood } : ABSENT;
    const owed = entry.called.kind === "deleted" ? ABSENT : entry.called;
    if (!isSame(owed, is)) {
      const kind = owed.kind === "absent" ? "came back" : "lost";
      found.push({ kind, what: `${entry.tag} was called ${show(entry.called)} and is ${show(is)} at the server` });
    }
  }
  return found;
}

/** Each key always went out with the same bytes. */
export function auditKeys(seen: Seen[]): Violation[] {
  const found: Violation[] = [];
  for (const [key, sent] of byKey(seen)) {
    if (new Set(sent.map(({ says }) => says)).size > 1) {
      found.push({ kind: "changed bytes", what: `the key ${key} went out with different bytes` });
    }
  }
  return found;
}

/** Each time that an event went out, by its idempotency key. */
export function byKey(seen: Seen[]): Map<string, Sending[]> {
  const keys = new Map<string, Sending[]>();
  for (const sending of sendings(seen)) {
    keys.set(sending.key, [...(keys.get(sending.key) ?? []), sending]);
  }
  return keys;
}

/** The server's own file: sound, each key with one effect at most, and the entries as they are owed. */
export function auditFile(ledger: Ledger, file: ServerFile): Violation[] {
  const found: Violation[] = [];
  if (file.integrity !== "ok") {
    found.push({ kind: "damaged", what: `the server's database: ${file.integrity}` });
  }
  const effects = new Map<string, number>();
  for (const { eventId } of file.commits) {
    if (eventId !== null) {
      effects.set(eventId, (effects.get(eventId) ?? 0) + 1);
    }
  }
  for (const [eventId, count] of effects) {
    if (count > 1) {
      found.push({ kind: "twice", what: `the key ${eventId} took effect ${count} times` });
    }
  }
  const live = file.moods.filter((mood) => !mood.deleted);
  const moods = live.map(({ id, content }) => {
    const state = stateOf(content);
    return state.kind === "live" ? { id, note: state.note, mood: state.mood } : { id, note: null, mood: "" };
  });
  return [...found, ...auditServer(ledger, moods)];
}
