import { type ConsoleMessage, expect, type Page, test as base } from "@playwright/test";

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
    const watched = watch(page);
    const app = new App(page, net.origin);
    await use(app);
    watched.expectQuiet(secretsOf(app, net, account));
  },
  killable: async ({}, use) => {
    const browser = await KillableBrowser.create({ zone: zoneAtNoon() });
    await use(browser);
    await browser.dispose();
  },
});

/** A zone whose clocks show noon by now: an hour later it is still the same day, whenever the test runs. */
function zoneAtNoon(): string {
  const hoursEast = 12 - new Date().getUTCHours();
  // These names count the hours to the west.
  return `Etc/GMT${hoursEast > 0 ? "-" : "+"}${Math.abs(hoursEast)}`;
}

/** What no log line may ever hold. */
export function secretsOf(app: App, net: FaultProxy, account: Account): string[] {
  const tokens = net.seen.map((seen) => seen.headers.authorization?.replace(/^Bearer /, ""));
  return [account.password, ...app.notes, ...new Set(tokens)].filter((secret) => secret !== undefined);
}

/**
 * Collects what must never happen, whatever a test is about: uncaught errors, panics, violations of the
 * content security policy, and log lines that give something away.
 */
export function watch(page: Page): { expectQuiet: (secrets: string[]) => void } {
  const errors: string[] = [];
  const log: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message: ConsoleMessage) => log.push(message.text()));
  return {
    expectQuiet(secrets) {
      expect(errors, "uncaught errors").toEqual([]);
      expect(log.filter((line) => /content security policy|panicked at/i.test(line))).toEqual([]);
      for (const secret of secrets) {
        expect(log.filter((line) => line.includes(secret)), "log lines with a secret").toEqual([]);
      }
    },
  };
}
