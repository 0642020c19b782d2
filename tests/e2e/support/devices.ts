import type { Browser } from "@playwright/test";

import { App } from "./app.ts";
import { test as base, watch } from "./test.ts";

export { expect } from "./test.ts";

interface Devices {
  /** The app on a second device of the same person, on the same network as the first. */
  other: App;
}

/** Tests with two devices. The first one is `app`. */
export const test = base.extend<Devices>({
  other: async ({ browser, net, contextOptions }, use) => {
    const context = await (browser as Browser).newContext(contextOptions);
    const page = await context.newPage();
    const watched = watch(page);
    await use(new App(page, net.origin));
    watched.expectQuiet([]);
    await context.close();
  },
});
