import type { Page } from "@playwright/test";

import { expect, test } from "../support/test.ts";

/** How browsers refuse storage: in private windows, by policy, and in places that have none. */
const REFUSALS: Record<string, (page: Page) => Promise<unknown>> = {
  "there is no IndexedDB": (page) =>
    page.addInitScript(() => Object.defineProperty(window, "indexedDB", { get: () => undefined })),
  "IndexedDB must not be looked at": (page) =>
    page.addInitScript(() =>
      Object.defineProperty(window, "indexedDB", {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      }),
    ),
  "opening is forbidden": (page) =>
    page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("denied", "SecurityError");
      };
    }),
  "a private window takes no database": (page) =>
    page.addInitScript(() => {
      const open = IDBFactory.prototype.open;
      IDBFactory.prototype.open = function () {
        const request = open.call(this, "stub", 1);
        const error = new DOMException("no mutations are allowed", "InvalidStateError");
        Object.defineProperty(request, "error", { value: error });
        request.addEventListener("success", (event) => {
          event.stopImmediatePropagation();
          request.result.close();
          request.dispatchEvent(new Event("error"));
        });
        request.addEventListener("upgradeneeded", (event) => event.stopImmediatePropagation());
        return request;
      };
    }),
};

for (const [how, refuse] of Object.entries(REFUSALS)) {
  test(`where ${how}, the app says that nothing can be saved and what to do`, async ({ app }) => {
    await refuse(app.page);

    await app.page.goto(app.origin);

    const trouble = app.page.getByTestId("trouble");
    await expect(trouble).toContainText("does not let Lume store anything");
    await expect(trouble).toContainText("Nothing can be saved here");
    await expect(trouble).toContainText("leave the private window");
    await trouble.getByRole("button").click();
    await expect(trouble).toContainText("it is still so");
  });
}

test("in a window whose storage is temporary the app works, and Settings says that nothing is promised", async ({
  app,
}) => {
  await app.page.addInitScript(() => {
    navigator.storage.persist = () => Promise.resolve(false);
    navigator.storage.persisted = () => Promise.resolve(false);
  });
  await app.open();
  await app.log("For the time being");
  await app.open("/settings");
  await expect(app.page.getByText("The browser may clear the data of sites")).toBeVisible();
});

test("where preferences can't be kept either, the app works all the same", async ({ app }) => {
  await app.page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      });
    }
  });
  await app.open();
  await app.log("Kept in the database");
  await app.page.reload();
  await expect(app.entry("Kept in the database")).toBeVisible();
});
