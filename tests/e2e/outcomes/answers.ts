import type { Answer, Fault } from "../support/proxy.ts";

/** By this header the app knows that the backend itself answers. */
const ENVELOPE = { "x-lume-protocol": "1" };
const JSON_TYPE = { "content-type": "application/json" };

/** A refusal by the backend itself. */
export function ours(status: number, code: string, fields: Record<string, string> = {}): Answer {
  const error = { code, message: "told by a test", ...(Object.keys(fields).length > 0 ? { fields } : {}) };
  return { status, headers: { ...ENVELOPE, ...JSON_TYPE }, body: JSON.stringify({ success: false, error }) };
}

/** An answer of the backend with this body, whatever it is. */
export function oursWithBody(status: number, body: string): Answer {
  return { status, headers: { ...ENVELOPE, ...JSON_TYPE }, body };
}

/** An answer of something between app and backend: no header of ours, and words for people. */
export function theirs(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "content-type": "text/plain", ...headers }, body: "no" };
}

/** A page for people. */
export function page(status: number): Answer {
  const body = "<!DOCTYPE html><title>Welcome</title><p>Please accept our terms.</p>";
  return { status, headers: { "content-type": "text/html" }, body };
}

/** What the backend might have said to a new mood, without the header by which the app knows it. */
export function strangers(status: number): Answer {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ success: true, data: { rev: 1 } }) };
}

export function answer(answer: Answer): Fault {
  return { kind: "answer", ...answer };
}
