import { expect } from "@playwright/test";

import type { Account } from "../support/api.ts";
import type { EntrySync, SyncState } from "../support/app.ts";
import { API_KEY } from "../support/server.ts";
import { byTestId, type EnginePage } from "./browser.ts";

/** The app as a person uses it on a device with any browser: `support/app.ts` for what Playwright can't drive. */
export class Device {
  constructor(
    readonly page: EnginePage,
    private readonly origin: string,
  ) {}

  async open(path = "/"): Promise<void> {
    await this.page.goto(this.origin + path);
    await this.started();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.started();
  }

  /** One step back in the history, to this path of the app: a page that the browser may have kept as it was. */
  async back(path: string): Promise<void> {
    await this.page.evaluate(() => void setTimeout(() => history.back(), 0));
    // Between two pages there is none to ask.
    await expect(async () => expect(await this.page.evaluate(() => location.pathname)).toBe(path)).toPass();
    await this.started();
  }

  /** The app is gone from the screen; the browser runs on. */
  async leave(): Promise<void> {
    await this.page.goto("about:blank");
  }

  /** The sync state is on every screen: once it is there, the app runs. */
  private async started(): Promise<void> {
    await expect.poll(() => this.syncState()).not.toBeNull();
  }

  /** Turns sync on with a new account, which is what the form offers first. */
  async register(account: Account): Promise<void> {
    await this.open("/settings");
    await this.page.click(byTestId("mode-synced"));
    await this.page.fill(byTestId("backend-url"), this.origin);
    await this.page.fill(byTestId("api-key"), API_KEY);
    await this.page.fill(byTestId("auth-email"), account.email);
    await this.page.fill(byTestId("auth-password"), account.password);
    await this.page.fill(byTestId("auth-name"), account.name);
    await this.page.fill(byTestId("auth-birth"), account.birth);
    await this.page.click(byTestId("auth-submit"));
    await expect.poll(() => this.syncState()).not.toBe("device");
    await this.open();
  }

  /** Logs a mood, and waits until the app has said that it is saved. */
  async log(note: string): Promise<void> {
    await this.page.click(byTestId("mood-happy"));
    await this.page.fill(byTestId("note"), note);
    await this.page.click(byTestId("save-entry"));
    await expect.poll(() => this.entrySync(note)).not.toBeNull();
  }

  /** From here on the app needs no network to open. */
  async untilInstalled(): Promise<void> {
    const state = () => this.page.evaluate(() => navigator.serviceWorker.controller?.state);
    await expect.poll(state).toBe("activated");
  }

  async syncState(): Promise<SyncState | null> {
    return (await this.shown("state")) as SyncState | null;
  }

  /** How many entries wait, as the screen says it. */
  pending(): Promise<string | null> {
    return this.shown("pending");
  }

  /** The state of the entry with this note; null when there is none. */
  async entrySync(note: string): Promise<EntrySync | null> {
    const script = ({ selector, note }: { selector: string; note: string }) => {
      const entries = [...document.querySelectorAll<HTMLElement>(selector)];
      return entries.find((entry) => entry.textContent?.includes(note))?.dataset.sync ?? null;
    };
    return (await this.page.evaluate(script, { selector: byTestId("entry"), note })) as EntrySync | null;
  }

  private shown(what: "state" | "pending"): Promise<string | null> {
    const script = ({ selector, what }: { selector: string; what: string }) =>
      document.querySelector<HTMLElement>(selector)?.dataset[what] ?? null;
    return this.page.evaluate(script, { selector: byTestId("sync-status"), what });
  }
}
