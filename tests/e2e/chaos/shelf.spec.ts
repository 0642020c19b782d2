import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

import { World } from "./world.ts";

test.setTimeout(120_000);

// A kill in the middle of a record leaves it unfinished. The browser goes on behind it, and gives up at the start after.
test("a browser that damages its own log throws its database away, and that is told from everything else", async () => {
  const world = await World.create(() => {});
  try {
    await world.app?.log("Before");
    await world.kill("browser");
    await (await world.prepare()).open();
    expect(await world.shelf.isThrownAway(), "after a kill like any other").toBe(false);

    await world.kill("browser");
    leaveUnfinished(world.browser.profile);
    const app = await world.prepare();
    await app.open();
    expect(await world.shelf.isThrownAway(), "with an unfinished record").toBe(false);
    await expect(app.entry("Before")).toBeVisible();
    await app.log("Behind");

    await world.kill("browser");
    const last = await world.prepare();
    await last.open();
    expect(await world.shelf.isThrownAway(), "with a record behind it").toBe(true);
    await expect(last.entry("Before")).toHaveCount(0);
  } finally {
    await world.dispose();
  }
});

/** The head of a record of 200 bytes, and nothing of the record. */
function leaveUnfinished(profile: string): void {
  const folder = join(profile, "Default/IndexedDB");
  for (const database of readdirSync(folder)) {
    const log = readdirSync(join(folder, database)).find((name) => name.endsWith(".log"));
    appendFileSync(join(folder, database, log ?? ""), Uint8Array.from([1, 2, 3, 4, 200, 0, 1]));
  }
}
