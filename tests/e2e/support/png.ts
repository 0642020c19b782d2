import { deflateSync } from "node:zlib";
import type { Page } from "@playwright/test";

/** As many colours as an index of one byte can name. */
const COLOURS_MAX = 256;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const DEFLATE_LEVEL = 9;

/**
 * The same picture with a table of colours: the most frequent ones, the others as the nearest of those. A third of the
 * size, which counts where many pictures are kept. The page decodes; any will do.
 */
export async function smaller(page: Page, png: Buffer): Promise<Buffer> {
  const { width, height, colours, indices } = await page.evaluate(
    async ([base64, most]) => {
      /** Channels are taken in steps of this: a gradient has hardly more steps on a screen. */
      const STEP = 4;
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const { width, height, ...image } = await createImageBitmap(new Blob([bytes], { type: "image/png" })).then((bitmap) => {
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
        context?.drawImage(bitmap, 0, 0);
        const data = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray();
        return { width: bitmap.width, height: bitmap.height, data };
      });
      const round = (value: number) => Math.min(255, Math.round(value / STEP) * STEP);
      const counts = new Map<number, number>();
      const keys = new Uint32Array(width * height);
      for (let at = 0; at < keys.length; at += 1) {
        const [r, g, b] = [0, 1, 2].map((channel) => round(image.data[at * 4 + channel]));
        keys[at] = (r << 16) | (g << 8) | b;
        counts.set(keys[at], (counts.get(keys[at]) ?? 0) + 1);
      }
      const colours = [...counts].sort((a, b) => b[1] - a[1]).map(([key]) => key).slice(0, most);
      const known = new Map(colours.map((key, index) => [key, index]));
      const distance = (a: number, b: number) =>
        [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);
      let text = "";
      for (const key of keys) {
        let index = known.get(key);
        if (index === undefined) {
          index = colours.reduce((best, colour, at) => (distance(colour, key) < distance(colours[best], key) ? at : best), 0);
          known.set(key, index);
        }
        text += String.fromCharCode(index);
      }
      return { width, height, colours, indices: btoa(text) };
    },
    [png.toString("base64"), COLOURS_MAX] as const,
  );
  return encoded(width, height, colours, Buffer.from(indices, "base64"));
}

/** A PNG of one byte a pixel. Rows are not filtered: neighbours of a table are no neighbours of colour. */
function encoded(width: number, height: number, colours: number[], indices: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits, a table of colours.
  header.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(colours.flatMap((key) => [key >> 16, (key >> 8) & 255, key & 255]));
  const rows = Array.from({ length: height }, (_, row) =>
    Buffer.concat([Buffer.of(0), indices.subarray(row * width, (row + 1) * width)]),
  );
  const data = deflateSync(Buffer.concat(rows), { level: DEFLATE_LEVEL });
  const chunks = [chunk("IHDR", header), chunk("PLTE", table), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function crc32(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
  }
  return (sum ^ 0xffffffff) >>> 0;
}
