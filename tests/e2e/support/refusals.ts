import { expect, type Locator } from "@playwright/test";

import type { App } from "./app.ts";
import type { Fault } from "./proxy.ts";

/** A refusal in the server's own words. */
export function refusal(status: number, code: string, fields?: Record<string, string>): Fault {
  return {
    kind: "answer",
    status,
    headers: { "content-type": "application/json", "x-lume-protocol": "1" },
    body: JSON.stringify({ success: false, error: { code, message: "some fields are not valid", fields } }),
  };
}

/** The Sync screen's list of what needs the person. */
export class FailedEvents {
  readonly all: Locator;

  constructor(private readonly app: App) {
    this.all = app.page.getByTestId("failed-event");
  }

  async open(): Promise<void> {
    await this.app.open("/sync");
  }

  about(note: string): Locator {
    return this.all.filter({ hasText: note });
  }

  async retry(note: string): Promise<void> {
    await this.about(note).getByTestId("event-retry").click();
  }

  /** Opens the question, and returns it. */
  async askToDiscard(note: string): Promise<Locator> {
    await this.about(note).getByTestId("event-discard").click();
    const dialog = this.app.page.getByRole("dialog", { name: "Discard this change?" });
    await expect(dialog).toBeVisible();
    return dialog;
  }

  async discard(note: string): Promise<void> {
    const dialog = await this.askToDiscard(note);
    await dialog.getByRole("button", { name: "Discard the change" }).click();
    await expect(dialog).toBeHidden();
  }
}
