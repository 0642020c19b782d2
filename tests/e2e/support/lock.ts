import { expect, type Locator, type Page } from "@playwright/test";

import type { App } from "./app.ts";

export const PASSPHRASE = "seven quiet herons";
const SEALED = 0x80;

/** The lock's screen, in place of all others. */
export function lockScreen(page: Page): Locator {
  return page.getByTestId("locked");
}

/** Sets a lock in Settings, by keyboard alone. */
export async function setLock(app: App, passphrase = PASSPHRASE, after = "5"): Promise<void> {
  await app.open("/settings");
  await app.page.getByRole("button", { name: "Set a passphrase" }).press("Enter");
  const dialog = app.page.getByRole("dialog");
  await dialog.getByLabel("Passphrase").pressSequentially(passphrase);
  await dialog.getByLabel("The same again").pressSequentially(passphrase);
  await dialog.getByLabel("Lock after").selectOption(after);
  await dialog.getByLabel("The same again").press("Enter");
  await expect(app.page.getByRole("button", { name: "Lock now" })).toBeVisible();
  await untilTurned(app.page);
}

/** Waits until every row of every profile has been turned. */
export async function untilTurned(page: Page): Promise<void> {
  await expect(page.getByTestId("lock-working")).toBeEmpty();
}

/** Types a passphrase into the lock's screen. */
export async function tryPassphrase(page: Page, passphrase = PASSPHRASE): Promise<void> {
  await page.getByLabel("Passphrase").pressSequentially(passphrase);
  await page.getByLabel("Passphrase").press("Enter");
}

export async function unlock(app: App, passphrase = PASSPHRASE): Promise<void> {
  await tryPassphrase(app.page, passphrase);
  await app.started();
}

/** How many bodies of this device are sealed and how many are in the open, whatever row they are of. */
export async function countBodies(page: Page): Promise<{ sealed: number; plain: number }> {
  return page.evaluate(async (sealedByte) => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const count = { sealed: 0, plain: 0 };
    const look = (value: unknown): void => {
      if (value instanceof Uint8Array) {
        if (value.length > 0) {
          count[value[0] === sealedByte ? "sealed" : "plain"] += 1;
        }
      } else if (typeof value === "object" && value !== null) {
        Object.values(value).forEach(look);
      }
    };
    for (const { name = "" } of await indexedDB.databases()) {
      if (name.startsWith("lume:")) {
        const database = await done(indexedDB.open(name));
        const stores = [...database.objectStoreNames].filter((store) => !["meta", "log"].includes(store));
        for (const store of stores) {
          look(await done(database.transaction(store).objectStore(store).getAll()));
        }
        database.close();
      }
    }
    return count;
  }, SEALED);
}
