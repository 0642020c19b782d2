import { bystander, damage, dumpDatabases } from "../support/storage.ts";
import { expect, test } from "../support/test.ts";

const GARBAGE = [1, 123, 0, 255];
/** The beginning of a body in a format of the future. */
const LATER_FORMAT = [2, 123, 125];

for (const [what, bytes, words] of [
  ["damaged", GARBAGE, "This entry can’t be read"],
  ["from a newer version", LATER_FORMAT, "Made by a newer version of Lume"],
] as const) {
  test(`an entry that is ${what} takes none of the others away, and is kept as it is`, async ({ app }) => {
    await app.open();
    await app.log("First", "sad");
    await app.log("Second");
    await app.log("Third", "hopeful");
    await damage(app.page, { store: "entries", holding: "Second" }, [...bytes]);
    const before = await dumpDatabases(app.page);

    for (const route of ["/", "/history"]) {
      await app.open(route);
      await expect(app.page.getByTestId("entry")).toHaveCount(3);
      await expect(app.entry("First")).toBeVisible();
      await expect(app.entry("Third")).toBeVisible();
      const unreadable = app.entry(words);
      await expect(unreadable).toBeVisible();
      await expect(unreadable.getByTestId("entry-edit")).toHaveCount(0);
      await expect(unreadable.getByTestId("entry-delete")).toHaveCount(0);
      await expect(app.page.getByRole("alert").filter({ hasText: /\w/ })).toHaveCount(0);
    }
    expect(await dumpDatabases(app.page)).toBe(before);

    await app.open();
    await app.log("Fourth");
    await app.page.getByTestId("entry").filter({ hasText: "First" }).getByTestId("entry-delete").click();
    await expect(app.entry(words)).toBeVisible();
    await expect(app.entry("First")).toHaveCount(0);
  });
}

test("an event that can't be read stays where it is, and the others are delivered", async ({ app, api, account, net }) => {
  await app.register(account);
  await app.goOffline();
  await app.log("Sent before");
  await app.log("To be damaged");
  await app.log("Sent after");
  const good = await damage(app.page, { store: "outbox", holding: "To be damaged" }, GARBAGE);

  await app.goOnline();

  await expect.poll(() => api.notes()).toEqual(["Sent after", "Sent before"]);
  await expect(app.syncStatus).toHaveAttribute("data-pending", "1");
  await app.expectEntry("Sent after", "synced");
  await app.expectEntry("To be damaged", "waiting");
  await app.log("And a further one");
  await app.expectEntry("And a further one", "synced");
  expect(await app.outboxCount()).toBe(1);
  expect(net.count("DELETE", /./)).toBe(0);

  // Nothing was written over it: what it was is sent as soon as it can be read.
  const place = { store: "outbox", key: undefined, holding: String.fromCharCode(...GARBAGE.slice(0, 2)) } as const;
  await damage(app.page, place, good);
  await app.syncNow();
  await app.expectEntry("To be damaged", "synced");
  expect(await api.notes()).toEqual(["And a further one", "Sent after", "Sent before", "To be damaged"]);
});

test("a profile record that can't be read stops the start in words, and nothing is written over it", async ({ app }) => {
  await app.open();
  await app.log("Still there");
  const other = await bystander(app);
  await app.page.goto("about:blank");
  const good = await damage(other, { store: "meta", key: "profile" }, GARBAGE);
  const before = await dumpDatabases(other);

  await app.page.goto(app.origin);

  const trouble = app.page.getByTestId("trouble");
  await expect(trouble).toContainText("could not be opened");
  await expect(trouble).toContainText("Nothing was changed or deleted");
  await expect(trouble).toContainText("Do not clear this site’s data");
  await trouble.getByRole("button").click();
  await expect(trouble).toContainText("it is still so");
  expect(await dumpDatabases(other)).toBe(before);

  await damage(other, { store: "meta", key: "profile" }, good);
  await trouble.getByRole("button").click();
  await app.started();
  await expect(app.entry("Still there")).toBeVisible();
});

test("a record of sync that can't be read is told above the entries, which are shown and kept", async ({
  app,
  account,
}) => {
  await app.register(account);
  await app.log("Still there");
  await app.expectSync("synced", 0);
  await app.goOffline();
  const good = await damage(app.page, { store: "meta", key: "progress" }, GARBAGE);

  await app.page.reload();

  const banner = app.page.getByTestId("trouble-banner");
  await expect(banner).toContainText("can’t read part of what it keeps");
  await expect(app.entry("Still there")).toBeVisible();
  await damage(app.page, { store: "meta", key: "progress" }, good);
  await banner.getByRole("button").click();
  await app.started();
  await expect(banner).toHaveCount(0);
  await app.goOnline();
  await app.log("And it goes on");
  await app.expectEntry("And it goes on", "synced");
});
