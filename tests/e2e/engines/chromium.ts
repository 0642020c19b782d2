import type { Page } from "@playwright/test";

import { KillableBrowser } from "../support/browser.ts";
import type { EngineBrowser, EnginePage } from "./browser.ts";

/** Chromium, through Playwright like everywhere else. */
export class Chromium implements EngineBrowser {
  private page: Page | undefined;

  private constructor(private readonly browser: KillableBrowser) {}

  static async create(): Promise<Chromium> {
    return new Chromium(await KillableBrowser.create());
  }

  async open(): Promise<EnginePage> {
    const page = await this.browser.open();
    this.page = page;
    return {
      goto: async (address) => void (await page.goto(address)),
      reload: async () => void (await page.reload()),
      click: (selector) => page.locator(selector).click(),
      fill: (selector, text) => page.locator(selector).fill(text),
      evaluate: (script, given) => page.evaluate(script as never, given as never),
    };
  }

  async setOffline(isOffline: boolean): Promise<void> {
    await this.page?.context().setOffline(isOffline);
  }

  kill(): Promise<void> {
    return this.browser.kill();
  }

  dispose(): Promise<void> {
    return this.browser.dispose();
  }
}
