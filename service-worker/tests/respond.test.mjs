import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeCaches, FakeResponse, FakeServer, page, startWorker } from "./harness.mjs";

const OLD = { "/": "<old page>", "/app-1.js": "old glue", "/icon.svg": "old icon" };
const NEW = { "/": "<new page>", "/app-2.js": "new glue", "/icon.svg": "new icon" };

async function installed(files, { version = "1", caches = new FakeCaches(), answers = {}, pages = [] } = {}) {
  const server = new FakeServer({ ...files, ...answers });
  const worker = startWorker({ version, files, caches, server, pages });
  await worker.install();
  server.requests = [];
  return { caches, server, worker };
}

const textOf = async (answer) => (await answer).text();
const offline = () => {
  throw new TypeError("network");
};

test("every route gets the page of the worker's own build", async () => {
  const { server, worker } = await installed(OLD);
  for (const route of ["/", "/history?mood=happy", "/calendar", "/?log=1", "/settings"]) {
    assert.equal(await textOf(worker.fetch(route, { mode: "navigate" })), "<old page>");
  }
  assert.deepEqual(server.requests, []);
});

test("the API, health, other methods and other origins are left to the browser", async () => {
  const { worker } = await installed(OLD);
  for (const path of ["/api/v1/moods", "/api/docs", "/health", "/service-worker.js", "https://other.example/x.js"]) {
    assert.equal(worker.fetch(path), undefined, path);
  }
  assert.equal(worker.fetch("/api/docs", { mode: "navigate" }), undefined);
  assert.equal(worker.fetch("/anything", { method: "POST" }), undefined);
});

test("an old page under a new worker still gets its own files", async () => {
  const { caches } = await installed(OLD);
  const { server, worker } = await installed(NEW, { version: "2", caches, pages: [page()] });
  await worker.activate();
  assert.equal(await textOf(worker.fetch("/app-1.js")), "old glue");
  assert.equal(await textOf(worker.fetch("/icon.svg")), "new icon");
  assert.deepEqual(server.requests, []);
});

test("a new page under an old worker gets what the old worker lacks from the server", async () => {
  const { server, worker } = await installed(OLD, { answers: { "/app-2.js": "new glue" } });
  assert.equal(await textOf(worker.fetch("/app-2.js")), "new glue");
  assert.deepEqual(server.requests, ["/app-2.js"]);
});

test("a page still opens from the server when the browser has evicted the cache", async () => {
  const { caches, worker } = await installed(OLD, { answers: { "/history": "<server's page>" } });
  await caches.delete("lume-build-1");
  assert.equal(await textOf(worker.fetch("/history", { mode: "navigate" })), "<server's page>");
});

test("two builds are kept, and more while pages are open", async () => {
  for (const [pages, kept] of [[[], ["4", "5"]], [[page()], ["2", "3", "4", "5"]]]) {
    const caches = new FakeCaches();
    for (const version of ["1", "2", "3", "4"]) {
      await installed(OLD, { version, caches });
    }
    const { worker } = await installed(NEW, { version: "5", caches, pages });
    await worker.activate();
    assert.deepEqual(await caches.keys(), kept.map((version) => `lume-build-${version}`));
  }
});

test("the configuration comes from the server, and from the last copy when there is none", async () => {
  const { server, worker } = await installed(OLD, { answers: { "/config.json": '{"profile":"auto"}' } });
  assert.equal(await textOf(worker.fetch("/config.json")), '{"profile":"auto"}');
  const failures = [
    offline,
    () => new FakeResponse("<html>portal</html>"),
    () => new FakeResponse('{"profile":"evil"}', { redirected: true }),
    () => new FakeResponse("", { status: 502 }),
  ];
  for (const failure of failures) {
    server.files["/config.json"] = failure;
    assert.equal(await textOf(worker.fetch("/config.json")), '{"profile":"auto"}');
  }
});

test("a configuration that was never had is an error, not an invention", async () => {
  const { worker } = await installed(OLD, { answers: { "/config.json": offline } });
  await assert.rejects(worker.fetch("/config.json"), /network/);
});

test("a worker waits until it is told to take over", async () => {
  const { worker } = await installed(NEW, { version: "2" });
  await worker.message({ type: "something else" });
  await worker.message(undefined);
  assert.equal(worker.calls.skipWaiting, 0);
  await worker.message({ type: "activate-update" });
  assert.equal(worker.calls.skipWaiting, 1);
});

test("a worker tells its version", async () => {
  const { worker } = await installed(OLD);
  const answers = [];
  await worker.message({ type: "version" }, [{ postMessage: (answer) => answers.push({ ...answer }) }]);
  assert.deepEqual(answers, [{ type: "version", version: "1" }]);
});
