import { App } from "../support/app.ts";
import { expect, secretsOf, test, watch } from "../support/test.ts";

test("on this device alone, everything that was said to be saved survives a kill at once", async ({ killable, net }) => {
  const app = new App(await killable.open(), net.origin);
  await app.open();
  const notes = ["Monday", "Tuesday", "Wednesday", "Thursday"];
  for (const note of notes) {
    await app.log(note);
  }
  await killable.kill();

  const again = new App(await killable.open(), net.origin);
  await again.open();
  for (const note of notes) {
    await again.expectEntry(note, "local");
  }
});

test("an entry survives the browser being killed right after it was saved, and is delivered once", async ({
  killable,
  net,
  account,
  api,
}) => {
  const first = await killable.open();
  const app = new App(first, net.origin);
  await app.register(account);
  // The kill comes before the event can be sent: the network hangs.
  const end = net.fault("POST", /^\/api\/v1\/(moods|events)/, { kind: "hold", until: new Promise(() => {}) });
  await app.log("Written at the last moment");
  await killable.kill();
  end();
  expect(await api.notes()).toEqual([]);

  const again = new App(await killable.open(), net.origin);
  const watched = watch(again.page);
  await again.open();
  await expect(again.entry("Written at the last moment")).toBeVisible();
  await again.expectEntry("Written at the last moment", "synced");
  expect(await api.notes()).toEqual(["Written at the last moment"]);
  watched.expectQuiet(secretsOf(app, net, account));
});

test("a kill between the server's work and its answer leads to no second mood", async ({
  killable,
  net,
  account,
  api,
}) => {
  const app = new App(await killable.open(), net.origin);
  await app.register(account);
  const end = net.fault("POST", /^\/api\/v1\/(moods|events)/, { kind: "lose-answer" });
  await app.log("Heard, but not confirmed");
  await expect.poll(() => api.notes()).toEqual(["Heard, but not confirmed"]);
  await killable.kill();
  end();

  const again = new App(await killable.open(), net.origin);
  await again.open();
  await again.syncNow();
  await again.expectEntry("Heard, but not confirmed", "synced");
  expect(await api.notes()).toEqual(["Heard, but not confirmed"]);
});
