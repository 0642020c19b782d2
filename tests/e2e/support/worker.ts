import { expect, type Page } from "@playwright/test";

/** Waits until the page is served by an installed worker: from here on it must work offline. */
export async function untilInstalled(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe("activated");
}

/** The version of the worker that serves the page. */
export async function controllerVersion(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = (event) => resolve(event.data.version);
        const controller = navigator.serviceWorker.controller;
        if (controller) {
          controller.postMessage({ type: "version" }, [channel.port2]);
        } else {
          reject(new Error("no worker serves this page"));
        }
      }),
  );
}

/** Looks for a new version now, as the browser does by itself from time to time. */
export async function lookForUpdate(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.update().catch(() => {});
  });
}

/** The builds that are cached as a whole or in part. */
export async function cachedBuilds(page: Page): Promise<string[]> {
  const names = await page.evaluate(() => caches.keys());
  return names.filter((name) => name.startsWith("lume-build-")).map((name) => name.slice("lume-build-".length));
}

/** Which release the page belongs to; null for the one that was built. */
export async function release(page: Page): Promise<string | null> {
  return page.locator("html").getAttribute("data-release");
}
