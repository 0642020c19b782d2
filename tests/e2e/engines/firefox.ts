import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

import { FIREFOX } from "../support/paths.ts";
import type { EngineBrowser, EnginePage } from "./browser.ts";

/** Firefox over WebDriver BiDi. Playwright drives a Firefox of its own only. */
export class Firefox implements EngineBrowser {
  private browser: Browser | undefined;
  private page: Page | undefined;

  private constructor(private readonly profile: string) {}

  static async create(): Promise<Firefox> {
    return new Firefox(await mkdtemp(join(tmpdir(), "lume-e2e-firefox-")));
  }

  async open(): Promise<EnginePage> {
    this.browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: FIREFOX,
      headless: true,
      userDataDir: this.profile,
    });
    const page = await this.browser.newPage();
    this.page = page;
    return {
      goto: async (address) => void (await page.goto(address)),
      reload: async () => void (await page.reload()),
      click: (selector) => page.locator(selector).click(),
      fill: (selector, text) => page.locator(selector).fill(text),
      evaluate: (script, given) => page.evaluate(script as never, given) as Promise<never>,
    };
  }

  async setOffline(isOffline: boolean): Promise<void> {
    await this.page?.setOfflineMode(isOffline);
  }

  async kill(): Promise<void> {
    const child = this.browser?.process();
    this.browser = undefined;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const exit = once(child, "exit");
      // The browser leads a group with its content processes.
      process.kill(-child.pid, "SIGKILL");
      await exit;
    }
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
