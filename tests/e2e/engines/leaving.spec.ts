import { byTestId } from "./browser.ts";
import { Device } from "./device.ts";
import { expect, test } from "./test.ts";

/** Where the transactions stay open, about every second round ends in front of an empty screen. */
const ROUNDS = 8;
/**
 * Firefox may grant the lock of sending to a page that it is just putting aside, which then keeps it. Whoever finds it
 * taken sends nevertheless once a minute has shown no progress, with the next look of every 30 seconds.
 */
const DELIVERY_MS_MAX = 100_000;

/**
 * A page that is left is kept frozen to be there at once on the way back, and WebKit keeps its transactions open with
 * it: unless they are ended first, the next page waits for them in front of an empty screen.
 */
test("a page that is left in the middle of its work holds up none that comes after it", async ({
  engine,
  net,
  account,
  api,
}) => {
  const device = new Device(await engine.open(), net.origin);
  await device.register(account);
  for (let round = 0; round < ROUNDS; round += 1) {
    await device.open("/sync");
    await device.page.evaluate(keepBusy, byTestId("sync-now"));
    await device.open("/");
  }

  await device.log("Still here");
  await expect.poll(() => device.entrySync("Still here"), { timeout: DELIVERY_MS_MAX }).toBe("synced");
  expect(await api.notes()).toEqual(["Still here"]);
});

test("a page that was left in the middle of its work goes on when the person comes back", async ({
  engine,
  net,
  account,
  api,
}) => {
  const device = new Device(await engine.open(), net.origin);
  await device.register(account);
  for (let round = 1; round <= 3; round += 1) {
    await device.open("/sync");
    await device.page.evaluate(keepBusy, byTestId("sync-now"));
    await device.open("/history");
    await device.back("/sync");

    // Within the page, so that it is the one that was kept, where the browser has kept it.
    await device.page.click('.frame-places a[href="/"]');
    await device.log(`Round ${round}`);
    await expect.poll(() => device.entrySync(`Round ${round}`), { timeout: DELIVERY_MS_MAX }).toBe("synced");
  }
  expect(await api.notes()).toEqual(["Round 1", "Round 2", "Round 3"]);
});

/** Has the app read and write without a pause, until its page is gone. Runs in the page. */
function keepBusy(selector: string): void {
  setInterval(() => document.querySelector<HTMLElement>(selector)?.click(), 1);
}
