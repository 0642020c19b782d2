import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Page } from "@playwright/test";

import { ROOT } from "./paths.ts";

/** Where the pictures are. */
const FOLDER = resolve(ROOT, "docs/screens");
/**
 * Pictures are compared at a quarter of their size, where the edges of letters are gone that another build of the same fonts
 * draws a little differently, and ids and clocks with them. A part of a picture that differs is a block of 4 by 4 pixels.
 */
const SHRUNK = 4;
/** From which difference of a channel, of 255, a part counts as another one. */
const CHANNEL_MIN = 28;
/** How many of the parts may be another: a line of words here and there, and no block that has gone or moved. */
export const PARTS_MAX = 0.025;

/** A picture of what is in the window. */
export async function picture(page: Page): Promise<Buffer> {
  return page.screenshot({ animations: "disabled", caret: "hide", scale: "css" });
}

export function fileOf(name: string): string {
  return resolve(FOLDER, `${name}.png`);
}

export async function keep(name: string, png: Buffer): Promise<void> {
  const file = fileOf(name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, png);
}

/** The share of a picture that differs from the one that is kept; all of it where none is, or where their sizes differ. */
export async function difference(page: Page, name: string, png: Buffer): Promise<number> {
  if (!existsSync(fileOf(name))) {
    return 1;
  }
  const kept = await readFile(fileOf(name));
  return page.evaluate(
    async ([one, other, shrunk, least]) => {
      const pixels = async (base64: string) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const whole = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
        const [width, height] = [Math.floor(whole.width / shrunk), Math.floor(whole.height / shrunk)];
        const context = new OffscreenCanvas(width, height).getContext("2d");
        if (context === null) {
          throw new Error("no canvas");
        }
        context.imageSmoothingQuality = "high";
        context.drawImage(whole, 0, 0, width, height);
        return context.getImageData(0, 0, width, height).data;
      };
      const [a, b] = await Promise.all([pixels(one), pixels(other)]);
      if (a.length !== b.length) {
        return 1;
      }
      let others = 0;
      for (let at = 0; at < a.length; at += 4) {
        const differs = [0, 1, 2].some((channel) => Math.abs(a[at + channel] - b[at + channel]) >= least);
        others += differs ? 1 : 0;
      }
      return others / (a.length / 4);
    },
    [kept.toString("base64"), png.toString("base64"), SHRUNK, CHANNEL_MIN] as const,
  );
}
