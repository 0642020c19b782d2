import { expect, type Locator, type Page } from "@playwright/test";

import type { Account } from "./api.ts";
import { countEvents } from "./outbox.ts";
import { API_KEY } from "./server.ts";
import { untilInstalled } from "./worker.ts";

export type SyncState = "device" | "synced" | "waiting" | "syncing" | "offline" | "attention";
export type EntrySync = "local" | "waiting" | "sending" | "synced" | "failed" | "conflict";

/** The app as a person uses it, found by the names of the product page. */
export class App {
  readonly syncStatus: Locator;
  readonly note: Locator;
  /** Every note that was written, in no order: none may be found where it does not belong. */
  readonly notes: string[] = [];

  constructor(
    readonly page: Page,
    readonly origin: string,
  ) {
    this.syncStatus = page.getByTestId("sync-status");
    this.note = page.getByTestId("note");
  }

  async open(path = "/"): Promise<void> {
    await this.page.goto(this.origin + path);
    await this.started();
  }

  /** The sync state is on every screen: once it is there, the app runs. */
  async started(): Promise<void> {
    await expect(this.syncStatus).toBeVisible();
  }

  /** Logs a mood, and returns its entry once the app has said that it is saved. */
  async log(note: string, mood = "happy"): Promise<Locator> {
    this.notes.push(note);
    await this.page.getByTestId(`mood-${mood}`).click();
    await this.note.fill(note);
    await this.page.getByTestId("save-entry").click();
    const entry = this.entry(note);
    await expect(entry).toBeVisible();
    return entry;
  }

  entry(note: string): Locator {
    return this.page.getByTestId("entry").filter({ hasText: note });
  }

  async edit(note: string, newNote: string): Promise<void> {
    await this.entry(note).getByTestId("entry-edit").click();
    this.notes.push(newNote);
    await this.note.fill(newNote);
    await this.page.getByTestId("save-entry").click();
    await expect(this.entry(newNote)).toBeVisible();
  }

  async expectSync(state: SyncState, pending?: number): Promise<void> {
    await expect(this.syncStatus).toHaveAttribute("data-state", state);
    if (pending !== undefined) {
      await expect(this.syncStatus).toHaveAttribute("data-pending", String(pending));
    }
  }

  async expectEntry(note: string, sync: EntrySync): Promise<void> {
    await expect(this.entry(note)).toHaveAttribute("data-sync", sync);
  }

  async syncNow(): Promise<void> {
    await this.page.getByTestId("sync-now").click();
  }

  /** Turns sync on with a new account, and returns to Today. */
  async register(account: Account): Promise<void> {
    await this.fillBackend();
    await this.page.getByRole("radio", { name: /create an account/i }).check();
    await this.page.getByTestId("auth-name").fill(account.name);
    await this.page.getByTestId("auth-birth").fill(account.birth);
    await this.submit(account);
  }

  /** Turns sync on with an account that exists. */
  async signIn(account: Account): Promise<void> {
    await this.fillBackend();
    await this.page.getByRole("radio", { name: /sign in/i }).check();
    await this.submit(account);
  }

  /** Takes the network away, from page and worker alike, once the worker is there to do without. */
  async goOffline(): Promise<void> {
    await untilInstalled(this.page);
    await this.page.context().setOffline(true);
  }

  async goOnline(): Promise<void> {
    await this.page.context().setOffline(false);
  }

  /** Opens the form in which one signs in. */
  async fillBackend(): Promise<void> {
    await this.open("/settings");
    await this.page.getByTestId("mode-synced").click();
    await this.page.getByTestId("backend-url").fill(this.origin);
    await this.page.getByTestId("api-key").fill(API_KEY);
    await expect(this.page.getByTestId("auth-email")).toBeVisible();
  }

  /** Signs out with everything sent: there is nothing to ask. */
  async signOut(): Promise<void> {
    await this.open("/settings");
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await this.expectSync("device");
  }

  /** Signs out with unsent entries, and chooses to keep them for the account. */
  async signOutKeepingUnsent(): Promise<void> {
    await this.open("/settings");
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await this.page.getByRole("dialog").getByRole("button", { name: /keep/i }).click();
    await this.expectSync("device");
  }

  private async submit(account: Account): Promise<void> {
    await this.page.getByTestId("auth-email").fill(account.email);
    await this.page.getByTestId("auth-password").fill(account.password);
    await this.page.getByTestId("auth-submit").click();
    await expect(this.syncStatus).not.toHaveAttribute("data-state", "device");
    await this.page.goto(`${this.origin}/`);
    await this.started();
  }

  /** How many events wait in any outbox of this device, read from the databases themselves. */
  async outboxCount(): Promise<number> {
    return this.page.evaluate(countEvents);
  }
}
