// Files of entries: exported, imported, and what becomes of them.

import { readFile } from "node:fs/promises";

import type { Locator, Page } from "@playwright/test";

import type { App } from "./app.ts";
import { expect } from "./test.ts";

/** What the browser was given as a download. */
export async function downloaded(page: Page, button: Locator): Promise<{ name: string; text: string }> {
  const waiting = page.waitForEvent("download");
  await button.click();
  const download = await waiting;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

/** Chooses a file to be imported. */
export async function pick(page: Page, name: string, content: string | Buffer): Promise<void> {
  const buffer = typeof content === "string" ? Buffer.from(content) : content;
  await page.getByTestId("import-file").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
}

/** Imports a file, and returns what the app says about it. */
export async function importFile(app: App, name: string, content: string): Promise<string> {
  await app.open("/export");
  await pick(app.page, name, content);
  await app.page.getByTestId("import-apply").click();
  const done = app.page.getByRole("status").filter({ hasText: "The import is done." });
  await expect(done).toBeVisible();
  return (await done.textContent()) ?? "";
}

/** Erases everything on this device, as a person does. */
export async function erase(app: App): Promise<void> {
  await app.open("/settings");
  await app.page.getByRole("button", { name: "Erase everything…" }).click();
  const dialog = app.page.getByRole("dialog", { name: "Erase everything on this device?" });
  await dialog.getByLabel(/Type “erase”/).fill("erase");
  await dialog.getByRole("button", { name: "Erase everything" }).click();
  await app.page.getByRole("button", { name: "Begin anew" }).click();
  await app.expectSync("device");
}
