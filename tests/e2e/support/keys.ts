import { expect } from "@playwright/test";

import type { FaultProxy, Seen } from "./proxy.ts";

/** Requests that carry events. */
export const CHANGES = /^\/api\/v1\/(moods|events)/;
const BATCH = "/api/v1/events:batch";
/** What an event does, by the method of the request that carries it alone. */
const OPERATIONS: Record<string, string> = { POST: "created", PUT: "updated", DELETE: "deleted" };

/** One time that an event went out, by itself or in a batch. */
export interface Sending {
  /** The event's idempotency key. */
  key: string;
  operation: string;
  payload: object;
  /** Everything that it says, the same whether it went by itself or in a batch. */
  says: string;
  request: Seen;
}

/** An event as a batch carries it. */
interface Item {
  event_id: string;
  type: string;
  entity_id: string;
  base_rev?: number;
  payload: object;
}

export function isChange(seen: Seen): boolean {
  return seen.method !== "GET" && CHANGES.test(seen.path);
}

/** The events that these requests carried, in their order. */
export function sendings(seen: Seen[]): Sending[] {
  return seen.flatMap((request) => (request.path === BATCH ? inBatch(request) : alone(request)));
}

/** The keys that went out, one for each time. */
export function keysSent(net: FaultProxy): string[] {
  return sendings(net.seen).map(({ key }) => key);
}

/** Every attempt at an entry carries the same key and the same bytes, and no two entries share a key. */
export function expectOneKeyEach(net: FaultProxy, entries: number): void {
  const sent = sendings(net.seen);
  expect(new Set(sent.map(({ key }) => key)).size, "one key for each entry").toBe(entries);
  expect(new Set(sent.map(({ key, says }) => `${key} ${says}`)).size, "the same bytes under it").toBe(entries);
}

function inBatch(request: Seen): Sending[] {
  const { events } = JSON.parse(request.body) as { events: Item[] };
  return events.map((item) => sending(item, request));
}

function alone(request: Seen): Sending[] {
  const key = request.headers["idempotency-key"];
  if (typeof key !== "string") {
    return [];
  }
  const payload = request.body === "" ? {} : JSON.parse(request.body);
  const [, , , collection, id] = request.path.split("/");
  const item: Item = {
    event_id: key,
    type: `${collection?.replace(/s$/, "")}.${OPERATIONS[request.method]}`,
    entity_id: id ?? payload.id,
    payload,
  };
  const match = request.headers["if-match"];
  return [sending(match === undefined ? item : { ...item, base_rev: Number(match.replaceAll('"', "")) }, request)];
}

function sending({ event_id: key, type, entity_id: id, base_rev: base, payload }: Item, request: Seen): Sending {
  const operation = type.slice(type.indexOf(".") + 1);
  return { key, operation, payload, says: JSON.stringify([type, id, base ?? null, payload]), request };
}
