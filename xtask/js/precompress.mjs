// Writes `<file>.br` (quality 11) and `<file>.gz` (level 9) beside every file of a folder that is text or
// wasm and gets smaller by it. Usage: node precompress.mjs <folder>

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const COMPRESSIBLE = /\.(css|html|js|json|mjs|svg|txt|wasm|webmanifest)$/;
/** Answered by the server from its flags: a compressed copy would be answered in its place. */
const RUNTIME_FILES = ["config.json"];
/** Below this the headers outweigh the gain. */
const BYTES_MIN = 256;

const folder = process.argv[2];
let rawBytes = 0;
let brotliBytes = 0;

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || !COMPRESSIBLE.test(entry.name) || RUNTIME_FILES.includes(entry.name)) {
    continue;
  }
  const raw = readFileSync(path);
  if (raw.length < BYTES_MIN) {
    continue;
  }
  const mode = entry.name.endsWith(".wasm") ? constants.BROTLI_MODE_GENERIC : constants.BROTLI_MODE_TEXT;
  const brotli = brotliCompressSync(raw, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_MODE]: mode,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    },
  });
  const gzip = gzipSync(raw, { level: constants.Z_BEST_COMPRESSION });
  if (brotli.length < raw.length) {
    writeFileSync(`${path}.br`, brotli);
  }
  if (gzip.length < raw.length) {
    writeFileSync(`${path}.gz`, gzip);
  }
  rawBytes += raw.length;
  brotliBytes += Math.min(brotli.length, raw.length);
}

console.log(`   compressed ${(rawBytes / 1000).toFixed(0)} kB to ${(brotliBytes / 1000).toFixed(0)} kB (brotli)`);
