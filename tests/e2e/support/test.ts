import { type ConsoleMessage, type Page, test as base } from "@playwright/test";

import { type Account, Api, newAccount } from "./api.ts";
import { App } from "./app.ts";
import { KillableBrowser } from "./browser.ts";
import { Build } from "./build.ts";
import { FaultProxy } from "./proxy.ts";
import { LumeServer } from "./server.ts";

export { expect } from "@playwright/test";

interface World {
  /** A copy of the built app which this test may change; the server serves it. */
  build: Build;
  server: LumeServer;
  /** The network between app and server. The app is served through it. */
  net: FaultProxy;
  account: Account;
  /** The server as another device sees it. */
  api: Api;
  /** The app in a fresh browser. */
  app: App;
  /** A browser that can be killed; use it instead of `app`. */
  killable: KillableBrowser;
}

/** Everything a test needs, its own and fresh. */
export const test = base.extend<World>({
  build: async ({}, use) => {
    const build = await Build.copy();
    await use(build);
    await build.dispose();
  },
  server: async ({ build }, use, info) => {
    const server = await LumeServer.start({ dist: build.folder });
    await use(server);
    await info.attach("server log", { body: server.log });
    await server.dispose();
  },
  net: async ({ server }, use) => {
    const net = await FaultProxy.start(server.port);
    await use(net);
    await net.dispose();
  },
  account: async ({}, use) => use(newAccount()),
  api: async ({ server, account }, use) => use(new Api(`http://127.0.0.1:${server.port}`, account)),
  app: async ({ page, net, account }, use) => {
    const complaints = watch(page, account);
    await use(new App(page, net.origin));
    if (complaints.length > 0) {
      throw new Error(`the page complained:\n${complaints.join("\n")}`);
    }
  },
  killable: async ({}, use) => {
    const browser = await KillableBrowser.create();
    await use(browser);
    await browser.dispose();
  },
});

/**
 * Collects what must never happen, whatever a test is about: uncaught errors, violations of the content
 * security policy, and log lines with a password in them.
 */
export function watch(page: Page, account: Account): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("console", (message: ConsoleMessage) => {
    const text = message.text();
    if (/content security policy/i.test(text)) {
      complaints.push(text);
    }
    if (text.includes(account.password) || /panicked at/.test(text)) {
      complaints.push(`in the log: ${text}`);
    }
  });
  return complaints;
}
