import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeCaches, FakeResponse, FakeServer, startWorker } from "./harness.mjs";

const FILES = { "/": "<page>", "/app-1.js": "glue", "/app-1.wasm": "module" };

function world(answers = {}) {
  const caches = new FakeCaches();
  const server = new FakeServer({ ...FILES, ...answers });
  return { caches, server, worker: startWorker({ version: "1", files: FILES, caches, server }) };
}

test("a whole build is cached and marked complete", async () => {
  const { caches, worker } = world();
  await worker.install();
  assert.deepEqual(caches.pathsOf("1"), ["/", "/.complete", "/app-1.js", "/app-1.wasm"]);
});

const WRONG_ANSWERS = {
  "a missing file": new FakeResponse("not found", { status: 404 }),
  "a portal's page with status 200": new FakeResponse("<html>please log in</html>"),
  "a redirected answer": new FakeResponse("module", { redirected: true }),
  "an opaque answer": new FakeResponse("module", { type: "opaque" }),
  "a partial answer": new FakeResponse("module", { status: 206 }),
  "a server error": new FakeResponse("", { status: 503 }),
};
for (const [what, answer] of Object.entries(WRONG_ANSWERS)) {
  test(`${what} fails the install and leaves nothing behind`, async () => {
    const { caches, worker } = world({ "/app-1.wasm": () => answer });
    await assert.rejects(worker.install());
    assert.deepEqual(await caches.keys(), []);
  });
}

test("a lost connection fails the install and leaves nothing behind", async () => {
  const { caches, worker } = world({
    "/app-1.js": () => {
      throw new TypeError("network");
    },
  });
  await assert.rejects(worker.install(), /network/);
  assert.deepEqual(await caches.keys(), []);
});

test("a failed install does not touch the build before", async () => {
  const { caches, server, worker } = world();
  await worker.install();
  server.files["/app-2.js"] = () => new FakeResponse("", { status: 500 });
  const next = startWorker({ version: "2", files: { ...FILES, "/app-2.js": "new" }, caches, server });
  await assert.rejects(next.install());
  assert.deepEqual(caches.pathsOf("1"), ["/", "/.complete", "/app-1.js", "/app-1.wasm"]);
});

test("an update downloads only what has changed", async () => {
  const { caches, server, worker } = world();
  await worker.install();
  const files = { ...FILES, "/": "<new page>" };
  server.files["/"] = files["/"];
  server.requests = [];
  await startWorker({ version: "2", files, caches, server }).install();
  assert.deepEqual(server.requests, ["/"]);
});

test("the leftover of an install that was cut off is thrown away", async () => {
  const { caches, worker } = world();
  const leftover = await caches.open("lume-build-1");
  await leftover.put("/app-1.js", new FakeResponse("half a fi"));
  await worker.install();
  assert.equal(await (await leftover.match("/app-1.js")).text(), "half a fi");
  assert.equal(await (await caches.all.get("lume-build-1").match("/app-1.js")).text(), "glue");
});

test("a complete build is not downloaded again", async () => {
  const { server, worker } = world();
  await worker.install();
  server.requests = [];
  await worker.install();
  assert.deepEqual(server.requests, []);
});
