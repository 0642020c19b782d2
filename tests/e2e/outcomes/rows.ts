import type { Answer, Fault } from "../support/proxy.ts";
import { words } from "../support/words.ts";
import { ours, oursWithBody, page, strangers, theirs } from "./answers.ts";

/** What the app is to make of an outcome. */
export type Expected =
  /** The event goes out again by itself, and arrives. */
  | { kind: "delivered" }
  /** One refresh of the session, and the event goes out again. */
  | { kind: "refreshed" }
  /** Nothing is sent until the reason is gone; the words say so, and no event is touched. */
  | { kind: "blocked"; says: string }
  /** The event waits for the person, with a reason, and with a retry unless the app itself is to blame. */
  | { kind: "refused"; says: string; retry: boolean }
  /** The server has another version, of which nothing is known: the event waits for the person. */
  | { kind: "conflict"; reason: string }
  /** The server has another version: what it has is read, and what is left of the event goes out anew. */
  | { kind: "merged" }
  /** What took effect without being told is found among the server's changes. */
  | { kind: "found" };

/** One outcome of a request. */
export interface Row {
  name: string;
  /** What the request does. */
  does: "create" | "update";
  /** What happens to it, before the server has heard anything, and after it has done its work. */
  before: Fault;
  after: Fault;
  expected: Expected;
  /** Whether `/health` fails as well. */
  ill?: boolean;
}

const UPGRADE = words("why.blocked_upgrade");
const ACCOUNT = words("why.blocked_account");
const CAPTIVE = words("why.blocked_captive");
const API_KEY = words("why.blocked_api_key");
const DELIVERED: Expected = { kind: "delivered" };

/** A row in which the same answer takes the place of the server's, whether it has worked or not. */
function row(name: string, given: Answer, expected: Expected, rest: Partial<Row> = {}): Row {
  const before: Fault = { kind: "answer", ...given };
  return { name, does: "create", before, after: { kind: "after", fault: before }, expected, ...rest };
}

function delivered(name: string, given: Answer, rest: Partial<Row> = {}): Row {
  return row(name, given, DELIVERED, rest);
}

function blocked(name: string, given: Answer, says: string): Row {
  return row(name, given, { kind: "blocked", says });
}

function refused(
  name: string,
  given: Answer,
  reason: string,
  { retry = true, says = words(`why.${reason}`) } = {},
): Row {
  return row(name, given, { kind: "refused", says, retry });
}

function merged(name: string, given: Answer, does: Row["does"]): Row {
  return row(name, given, { kind: "merged" }, { does });
}

/** The connection, and answers that are no answers. */
const BROKEN: Row[] = [
  {
    name: "the connection is reset",
    does: "create",
    before: { kind: "reset" },
    after: { kind: "lose-answer" },
    expected: DELIVERED,
  },
  {
    name: "the answer breaks off in its body",
    does: "create",
    before: { kind: "cut", answer: oursWithBody(201, JSON.stringify({ success: true, data: { rev: 1 } })) },
    after: { kind: "cut" },
    expected: DELIVERED,
  },
  delivered("200 with JSON that is none", oursWithBody(200, "}{ not JSON")),
  delivered("200 with JSON that is cut short", oursWithBody(200, '{"success": true, "da')),
  delivered("200 of ours without a word about the event", oursWithBody(200, "{}")),
  blocked("a redirect, 302", theirs(302, { location: "/login" }), CAPTIVE),
  blocked("a redirect, 307", theirs(307, { location: "https://portal.example.org/" }), CAPTIVE),
  blocked("200 with a page for people", page(200), CAPTIVE),
  blocked("200 without the envelope header", strangers(200), CAPTIVE),
  blocked("201 without the envelope header", strangers(201), CAPTIVE),
  blocked("204 without the envelope header", { status: 204 }, CAPTIVE),
  blocked("511", page(511), CAPTIVE),
];

/** What somebody between app and backend says with a status of a refusal decides nothing about an event. */
const UNTYPED: Row[] = [400, 401, 403, 409, 410, 412, 413, 418, 422, 423, 431].map((status) =>
  delivered(`${status} of somebody else`, theirs(status)),
);

const WAITS: Row[] = [
  delivered("408", ours(408, "timeout")),
  delivered("409 in_progress", ours(409, "in_progress")),
  delivered("423", ours(423, "locked")),
  delivered("425", theirs(425)),
  delivered("429 without a time", ours(429, "rate_limited")),
  delivered("503 without a time", ours(503, "unavailable")),
  delivered("500 once, the server being well", ours(500, "internal")),
  delivered("500 once, the server being ill", ours(500, "internal"), { ill: true }),
  ...[502, 504, 520, 522, 525, 530].map((status) => delivered(`${status}`, page(status))),
];

const SESSION: Row[] = [
  row("401 token_expired", ours(401, "token_expired"), { kind: "refreshed" }),
  row("401 unauthorized", ours(401, "unauthorized"), { kind: "refreshed" }),
  row("403 csrf", ours(403, "csrf"), { kind: "refreshed" }),
  row("403 session", ours(403, "session"), { kind: "refreshed" }),
];

const BLOCKED: Row[] = [
  blocked("401 api_key", ours(401, "api_key"), API_KEY),
  blocked("402", ours(402, "payment_required"), ACCOUNT),
  blocked("507", ours(507, "quota"), ACCOUNT),
  blocked("404 of somebody else", theirs(404), UPGRADE),
  blocked("404 not_found", ours(404, "not_found"), UPGRADE),
  blocked("405", ours(405, "method_not_allowed"), UPGRADE),
  blocked("406", theirs(406), UPGRADE),
  blocked("415", ours(415, "unsupported_media_type"), UPGRADE),
  blocked("426", ours(426, "upgrade"), UPGRADE),
  blocked("428", ours(428, "precondition_required"), UPGRADE),
  blocked("501", theirs(501), UPGRADE),
  blocked("505", theirs(505), UPGRADE),
];

const FIELD = words("refused.too_long_less.other", { field: words("parts.note"), count: "4,000" });

const REFUSED: Row[] = [
  refused("400", ours(400, "bad_request"), "bad_request"),
  refused("403 permission", ours(403, "permission"), "forbidden"),
  refused("409 for another reason", ours(409, "email_taken"), "refused"),
  refused("413", ours(413, "too_large"), "too_large"),
  refused("422 validation, with a field", ours(422, "validation", { note: "too_long" }), "invalid", {
    says: FIELD,
  }),
  refused("422 key_reused", ours(422, "key_reused"), "key_reused", { retry: false }),
  refused("431", ours(431, "too_large"), "refused"),
  refused("another refusal, 451", ours(451, "legal"), "refused"),
];

const CONFLICTS: Row[] = [
  row("409 unique", ours(409, "unique"), { kind: "conflict", reason: "natural" }),
  merged("409 exists", ours(409, "exists"), "create"),
  merged("409 version", ours(409, "version"), "update"),
  merged("412", ours(412, "version"), "update"),
  merged("404 entity on an edit", ours(404, "entity"), "update"),
  merged("410 deleted on an edit", ours(410, "deleted"), "update"),
];

/** The outcome table, as far as one request in one page shows a row; the rest has tests of its own. */
export const ROWS: Row[] = [...BROKEN, ...UNTYPED, ...WAITS, ...SESSION, ...BLOCKED, ...REFUSED, ...CONFLICTS];
