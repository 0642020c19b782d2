import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

import { FIREFOX } from "../support/paths.ts";
import type { EngineBrowser, EnginePage } from "./browser.ts";

declare global {
  interface Window {
    /** Whether another page is on its way to take this one's place. */
    isLeft?: boolean;
  }
}

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
      goto: (address) => leaveFor(page, address),
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

/**
 * Opens an address, and waits until its page is there. The driver's own way waits for ever where the address is that of
 * a page that was brought back as it was; so a page leaves by itself, with a mark that the next one does not have.
 */
async function leaveFor(page: Page, address: string): Promise<void> {
  if (page.url() === "about:blank") {
    await page.goto(address);
    return;
  }
  await page.evaluate((address) => {
    window.isLeft = true;
    setTimeout(() => location.assign(address), 0);
  }, address);
  const isThere = () => !window.isLeft && document.readyState === "complete";
  // Between two pages there is none to ask.
  await expect.poll(() => page.evaluate(isThere).catch(() => false)).toBe(true);
}
