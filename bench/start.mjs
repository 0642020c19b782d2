// Measures what a person waits for: the first start, later starts (with the worker, and offline), and
// saving an entry. Medians and 95th percentiles in milliseconds, in headless Chromium on this machine.
//
//   cargo xtask bench [-- --rounds N]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const require = createRequire(new URL("../tests/e2e/package.json", import.meta.url));
const { chromium } = require("@playwright/test");

const { values } = parseArgs({ options: { rounds: { type: "string", default: "10" } } });
const rounds = Number(values.rounds);
const SAVES_PER_ROUND = 5;

const data = await mkdtemp(join(tmpdir(), "lume-bench-"));
const port = await freePort();
const origin = `http://localhost:${port}`;
const server = spawn(process.env.LUME_SERVER, ["--port", String(port), "--data", data, "--dist", process.env.LUME_DIST], {
  stdio: "ignore",
});
await untilUp();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });

const figures = { "first start": [], "later start": [], "start offline": [], "save an entry": [] };
try {
  for (let round = 0; round < rounds; round += 1) {
    await measure(round);
  }
  report();
} finally {
  await browser.close();
  server.kill("SIGKILL");
  await rm(data, { recursive: true, force: true });
}

async function measure(round) {
  const context = await browser.newContext();
  const page = await context.newPage();
  figures["first start"].push(await timeToUsable(page));
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
  figures["later start"].push(await timeToUsable(page));
  for (let save = 0; save < SAVES_PER_ROUND; save += 1) {
    figures["save an entry"].push(await timeToSave(page, `Note ${round}.${save}.`));
  }
  await context.setOffline(true);
  figures["start offline"].push(await timeToUsable(page));
  await context.close();
}

async function timeToUsable(page) {
  const before = performance.now();
  await page.goto(origin, { waitUntil: "commit" });
  await page.getByTestId("mood-happy").waitFor();
  return performance.now() - before;
}

/** From the tap until the entry, which appears once its transaction is complete, is on the screen. */
async function timeToSave(page, note) {
  await page.getByTestId("mood-happy").click();
  await page.getByTestId("note").fill(note);
  const before = performance.now();
  await page.getByTestId("save-entry").click();
  await page.getByTestId("entry").filter({ hasText: note }).waitFor();
  return performance.now() - before;
}

function report() {
  console.log(`   ${"".padEnd(16)} ${"median".padStart(8)} ${"p95".padStart(8)} ${"samples".padStart(8)}`);
  for (const [name, samples] of Object.entries(figures)) {
    const sorted = samples.toSorted((a, b) => a - b);
    const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(0);
    console.log(
      `   ${name.padEnd(16)} ${at(0.5).padStart(8)} ${at(0.95).padStart(8)} ${String(sorted.length).padStart(8)}`,
    );
  }
}

async function untilUp() {
  const deadline = performance.now() + 15_000;
  while (performance.now() < deadline) {
    const answer = await fetch(`${origin}/health`).catch(() => undefined);
    if (answer?.ok) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("lume-server does not answer");
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
