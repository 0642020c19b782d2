// What every measurement needs: a server of its own with the built app, and a browser.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, untilUp } from "./server.mjs";

const require = createRequire(new URL("../tests/e2e/package.json", import.meta.url));
const { chromium } = require("@playwright/test");

/** Starts server and browser, lets `measure` use them as `{ origin, browser }`, and ends them. */
export async function withLume(flags, measure) {
  const data = await mkdtemp(join(tmpdir(), "lume-bench-"));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const args = ["--port", String(port), "--data", data, "--dist", process.env.LUME_DIST, ...flags];
  const server = spawn(process.env.LUME_SERVER, args, { stdio: "ignore" });
  try {
    await untilUp(origin);
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
    try {
      await measure({ origin, browser });
    } finally {
      await browser.close();
    }
  } finally {
    server.kill("SIGKILL");
    await rm(data, { recursive: true, force: true });
  }
}

/** Prints median, 95th percentile and number of samples, in milliseconds, for each name. */
export function report(figures) {
  console.log(`   ${"".padEnd(24)} ${"median".padStart(8)} ${"p95".padStart(8)} ${"samples".padStart(8)}`);
  for (const [name, samples] of Object.entries(figures)) {
    const sorted = samples.toSorted((a, b) => a - b);
    const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(0);
    console.log(
      `   ${name.padEnd(24)} ${at(0.5).padStart(8)} ${at(0.95).padStart(8)} ${String(sorted.length).padStart(8)}`,
    );
  }
}
