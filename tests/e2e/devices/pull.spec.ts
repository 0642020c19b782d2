import type { Page } from "@playwright/test";

import { expect, test } from "../support/devices.ts";

test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

/** A finger that goes down the screen by so many pixels, and is lifted. */
async function pull(page: Page, by: number): Promise<void> {
  await page.evaluate((by) => {
    const touch = (type: string, y: number) => {
      const finger = new Touch({ identifier: 1, target: document.body, clientX: 180, clientY: y });
      const touches = type === "touchend" ? [] : [finger];
      document.body.dispatchEvent(new TouchEvent(type, { bubbles: true, touches, changedTouches: [finger] }));
    };
    touch("touchstart", 120);
    touch("touchmove", 120 + by / 2);
    touch("touchmove", 120 + by);
    touch("touchend", 120 + by);
  }, by);
}

test("a pull at the top of the page fetches what is new, and a short one does not", async ({
  app,
  other,
  account,
  net,
}) => {
  net.refuseSockets();
  await app.register(account);
  await other.signIn(account);
  await other.expectSync("synced", 0);
  await app.log("From elsewhere");
  await app.expectSync("synced", 0);

  const before = net.count("GET", /\/changes/);
  await pull(other.page, 40);
  await expect(other.page.getByTestId("pull")).not.toHaveClass(/is-/);
  expect(net.count("GET", /\/changes/)).toBe(before);

  await pull(other.page, 200);
  await expect(other.entry("From elsewhere")).toBeVisible();
});
