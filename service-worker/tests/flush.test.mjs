import assert from "node:assert/strict";
import { test } from "node:test";

import { ENGINE, FakeCaches, FakeEngine, FakeResponse, FakeServer, page, startWorker } from "./harness.mjs";

const TAG = "lume-flush";
const FILES = { "/": "<page>", [ENGINE]: "module" };

/** An installed worker, started anew: what it does from here on is about the event alone. */
async function world({ pages = [], flush, sync } = {}) {
  const caches = new FakeCaches();
  const server = new FakeServer(FILES);
  await startWorker({ version: "1", files: FILES, caches, server }).install();
  server.requests = [];
  const engine = new FakeEngine();
  engine.flush = flush ?? engine.flush;
  const worker = startWorker({ version: "1", files: FILES, caches, server, pages, engine, sync });
  return { caches, engine, server, worker };
}

const answers = (outcome) => page({ answer: { type: "flushed", outcome } });

test("starting a worker loads no engine", async () => {
  const { engine, server } = await world();
  await new Promise(setImmediate);
  assert.deepEqual(engine.loaded, []);
  assert.deepEqual(server.requests, []);
});

test("with no page open the worker flushes, with the engine from the cache and within two and a half minutes", async () => {
  const { engine, server, worker } = await world();
  await worker.sync(TAG);
  assert.deepEqual(engine.loaded, ["module"]);
  assert.deepEqual(engine.limits, [150_000]);
  assert.deepEqual(server.requests, []);
});

test("the engine is loaded once in a worker's life", async () => {
  const { engine, worker } = await world();
  await worker.sync(TAG);
  await worker.sync(TAG);
  assert.equal(engine.loaded.length, 1);
  assert.equal(engine.limits.length, 2);
});

test("an evicted engine is downloaded, and anything else in its place is refused", async () => {
  const { caches, engine, server, worker } = await world();
  await caches.delete("lume-build-1");
  server.files[ENGINE] = () => new FakeResponse("<html>please log in</html>");
  await assert.rejects(worker.sync(TAG));
  assert.deepEqual(engine.loaded, []);

  server.files[ENGINE] = "module";
  await worker.sync(TAG);
  assert.deepEqual(engine.loaded, ["module"]);
});

test("other tags are none of ours", async () => {
  const { engine, worker } = await world();
  await worker.sync("somebody-else's");
  assert.deepEqual(engine.loaded, []);
});

test("a page that is looked at does the work, and the worker does nothing", async () => {
  const visible = answers("done");
  const { engine, worker } = await world({ pages: [page({ visibilityState: "hidden" }), visible] });
  await worker.sync(TAG);
  assert.deepEqual(visible.questions, [{ type: "flush" }]);
  assert.deepEqual(engine.loaded, []);
});

test("what a page has left is left to the browser, not tried again at once", async () => {
  const { engine, worker } = await world({ pages: [answers("left")] });
  await assert.rejects(worker.sync(TAG));
  assert.deepEqual(engine.loaded, []);
});

test("a hidden page is not asked: it may be frozen, and its timers are slow", async () => {
  const hidden = page({ visibilityState: "hidden", answer: { type: "flushed", outcome: "done" } });
  const { engine, worker } = await world({ pages: [hidden] });
  await worker.sync(TAG);
  assert.deepEqual(hidden.questions, []);
  assert.equal(engine.limits.length, 1);
});

const NO_ANSWERS = {
  "does not know the question": page(),
  "answers something else": page({ answer: { type: "version", version: "1" } }),
  "answers an outcome of a later version": page({ answer: { type: "flushed", outcome: "maybe" } }),
  "answers nothing at all": page({ answer: "what?" }),
  "is busy": answers("busy"),
};
for (const [what, visible] of Object.entries(NO_ANSWERS)) {
  test(`the worker sees for itself when a page ${what}`, async () => {
    const { engine, worker } = await world({ pages: [visible] });
    await worker.sync(TAG);
    assert.equal(engine.limits.length, 1);
  });
}

test("a page gets five seconds to answer", async () => {
  const { worker } = await world({ pages: [page()] });
  await worker.sync(TAG);
  assert.deepEqual(worker.calls.timers, [5_000]);
});

test("something left rejects, so that the browser tries again", async () => {
  const { worker } = await world({ flush: async () => "left" });
  await assert.rejects(worker.sync(TAG), /could not be sent yet/);
});

test("an engine that fails is something left, and is said", async () => {
  const { worker } = await world({
    flush: async () => {
      throw new Error("unreachable executed");
    },
  });
  await assert.rejects(worker.sync(TAG), /could not be sent yet/);
  assert.equal(worker.calls.warnings.length, 1);
});

test("another sync is asked for at the last chance only, and only if something is left", async () => {
  const asked = [];
  const sync = { register: async (tag) => void asked.push(tag) };
  for (const outcome of ["done", "left"]) {
    const { worker } = await world({ flush: async () => outcome, sync });
    await Promise.allSettled([worker.sync(TAG)]);
  }
  const done = await world({ sync });
  await done.worker.sync(TAG, { lastChance: true });
  assert.deepEqual(asked, []);

  const left = await world({ flush: async () => "left", sync });
  await assert.rejects(left.worker.sync(TAG, { lastChance: true }), /could not be sent yet/);
  assert.deepEqual(asked, [TAG]);
});

test("a browser that takes no other sync, or has none, costs nothing but time", async () => {
  const refuses = {
    register: async () => {
      throw new Error("without a window");
    },
  };
  for (const sync of [refuses, undefined]) {
    const { worker } = await world({ flush: async () => "left", sync });
    await assert.rejects(worker.sync(TAG, { lastChance: true }), /could not be sent yet/);
    assert.deepEqual(worker.calls.warnings, []);
  }
});

test("two events at once share one flush, and the next one begins another", async () => {
  let finish;
  const { engine, worker } = await world({ flush: () => new Promise((resolve) => (finish = resolve)) });
  const both = [worker.sync(TAG), worker.sync(TAG)];
  while (finish === undefined) {
    await new Promise(setImmediate);
  }
  finish("done");
  await Promise.all(both);
  assert.equal(engine.limits.length, 1);

  engine.flush = async () => "done";
  await worker.sync(TAG);
  assert.equal(engine.limits.length, 2);
});
