import { readFile } from "node:fs/promises";
import { expect, type Locator, type Page } from "@playwright/test";

/** A file of unsent work, as it was downloaded. */
export interface UnsentFile {
  format: string;
  version: number;
  account: string | null;
  entities: {
    kind: string;
    id: string;
    deleted: boolean;
    entity: Record<string, unknown>;
    events: { operation: string; state: string; failure: { status: number; fields: Record<string, string> } | null }[];
  }[];
}

/** Presses an export button, and returns what the browser was given. */
export async function exportWith(page: Page, button: Locator): Promise<UnsentFile> {
  const download = page.waitForEvent("download");
  await button.click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^lume-unsent-\d{4}-\d\d-\d\d\.json$/);
  return JSON.parse(await readFile(await file.path(), "utf8"));
}

/** Picks a file to import; its preview or its refusal follows. */
export async function pickFile(page: Page, content: unknown, name = "unsent.json"): Promise<void> {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  const chooser = page.waitForEvent("filechooser");
  await page.getByTestId("import-unsent").click();
  await (await chooser).setFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
}

/** Imports what a file adds, and returns what the app says it did. */
export async function importFile(page: Page, content: unknown): Promise<string> {
  await pickFile(page, content);
  await expect(page.getByTestId("import-preview")).toBeVisible();
  await page.getByTestId("import-run").click();
  const done = page.getByText("The import is done");
  await expect(done).toBeVisible({ timeout: 60_000 });
  return (await done.locator("xpath=ancestor::*[@class='notice-body']").innerText()).trim();
}

/** A file of so many entries that were never sent. */
export function fileOf(count: number, note: (number: number) => string): UnsentFile {
  const entities = Array.from({ length: count }, (_, index) => ({
    kind: "mood",
    id: `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`,
    at_backend: "no",
    deleted: false,
    entity: {
      at: "2025-01-15T22:30:00.000Z",
      zone: "Europe/Berlin",
      local_time: "2025-01-15T23:30:00.000",
      labels: ["happy"],
      associations: [],
      note: note(index),
      source: "manual",
      created_at: "2025-01-15T22:31:00.000Z",
      updated_at: "2025-01-15T22:31:00.000Z",
    },
    events: [],
  }));
  return { format: "lume-unsent", version: 1, account: null, entities };
}
