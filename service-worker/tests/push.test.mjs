import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeCaches, FakeResponse, FakeServer, page, startWorker } from "./harness.mjs";

function started({ pages = [], caches = new FakeCaches() } = {}) {
  const server = new FakeServer({});
  return startWorker({ version: "1", files: {}, caches, server, pages });
}

/** What the app leaves for the worker. */
async function withWords(text) {
  const caches = new FakeCaches();
  const cache = await caches.open("lume-reminder");
  await cache.put("/.reminder-words", new FakeResponse(text));
  return caches;
}

test("a push asks how one is, with a way to answer and one to be asked later", async () => {
  const worker = started();
  await worker.push({ json: () => ({ type: "reminder" }) });
  const [shown] = worker.calls.shown;
  assert.equal(worker.calls.shown.length, 1);
  assert.equal(shown.title, "How are you?");
  assert.equal(shown.tag, "lume-reminder");
  assert.deepEqual([...shown.actions].map(({ action, title }) => [action, title]), [
    ["log", "Log now"],
    ["snooze", "Snooze 1 h"],
  ]);
});

test("the words are the app's, in its language, and nothing of the push is shown", async () => {
  const words = { title: "Wie geht es dir?", body: "Ein Moment", log: "Notieren", snooze: "In 1 Std.", lang: "de", dir: "ltr" };
  const worker = started({ caches: await withWords(JSON.stringify(words)) });
  await worker.push({ json: () => ({ type: "reminder", body: "sad since Monday" }), text: () => "sad since Monday" });
  const [shown] = worker.calls.shown;
  assert.equal(shown.title, "Wie geht es dir?");
  assert.equal(shown.lang, "de");
  assert.equal(JSON.stringify(shown).includes("sad"), false);
});

for (const [what, left] of [
  ["are no words", "<html>"],
  ["are of another version", JSON.stringify({ greeting: "Hello", title: 5, body: "" })],
  ["are nothing", "null"],
]) {
  test(`words that ${what} leave a push in English`, async () => {
    const worker = started({ caches: await withWords(left) });
    await worker.push(null);
    const [shown] = worker.calls.shown;
    assert.equal(shown.title, "How are you?");
    assert.equal(shown.body, "A moment to note how you feel.");
    assert.equal("greeting" in shown, false);
  });
}

for (const [action, address] of [
  ["", "/?log=1"],
  ["log", "/?log=1"],
  ["snooze", "/?snooze=60"],
]) {
  test(`with no page open a tap on "${action}" opens ${address}`, async () => {
    const worker = started();
    const notification = await worker.tap(action);
    assert.equal(notification.closed, true);
    assert.deepEqual(worker.calls.opened, [address]);
  });
}

test("a tap goes to the page that is looked at, and opens no other", async () => {
  const [hidden, visible] = [page({ visibilityState: "hidden" }), page()];
  const worker = started({ pages: [hidden, visible] });
  await worker.tap();
  assert.deepEqual(visible.questions, [{ type: "reminder", action: "log" }]);
  assert.equal(visible.focused, 1);
  assert.deepEqual(hidden.questions, []);
  assert.deepEqual(worker.calls.opened, []);
});

test("a page that nobody looks at is brought to the front to log, and left where it is to snooze", async () => {
  const hidden = page({ visibilityState: "hidden" });
  const worker = started({ pages: [hidden] });
  await worker.tap("snooze");
  assert.equal(hidden.focused, 0);
  await worker.tap("log");
  assert.equal(hidden.focused, 1);
  assert.deepEqual(hidden.questions, [
    { type: "reminder", action: "snooze" },
    { type: "reminder", action: "log" },
  ]);
});

test("a subscription that the browser has ended is made anew with the same key, and a page hands it in", async () => {
  const open = page();
  const worker = started({ pages: [open] });
  await worker.resubscribe({ oldSubscription: { options: { applicationServerKey: "the key" } } });
  assert.deepEqual(worker.calls.subscribed, [{ userVisibleOnly: true, applicationServerKey: "the key" }]);
  assert.deepEqual(open.questions, [{ type: "resubscribed" }]);
});

test("a subscription that the browser has replaced itself is handed in as it is", async () => {
  const open = page();
  const worker = started({ pages: [open] });
  await worker.resubscribe({ oldSubscription: null, newSubscription: {} });
  assert.deepEqual(worker.calls.subscribed, []);
  assert.deepEqual(open.questions, [{ type: "resubscribed" }]);
});
