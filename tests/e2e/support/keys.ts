import { expect } from "@playwright/test";

import type { FaultProxy } from "./proxy.ts";

/** Requests that carry an event. */
export const CHANGES = /^\/api\/v1\/(moods|events)/;

/** Every attempt at an entry carries the same key and the same bytes, and no two entries share a key. */
export function expectOneKeyEach(net: FaultProxy, entries: number): void {
  const sent = net.requests("POST", CHANGES);
  const keys = sent.map((seen) => seen.headers["idempotency-key"]);
  expect(new Set(keys).size, "one key for each entry").toBe(entries);
  const bodies = sent.map((seen) => `${seen.headers["idempotency-key"]} ${seen.body}`);
  expect(new Set(bodies).size, "the same bytes under it").toBe(entries);
}
