// Measures what a person waits for: the first start, later starts (with the worker, and offline), and
// saving an entry. Medians and 95th percentiles in milliseconds, in headless Chromium on this machine.
//
//   cargo xtask bench start [--rounds N]

import { parseArgs } from "node:util";

import { report, withLume } from "./lume.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "10" } } });
const rounds = Number(values.rounds);
const SAVES_PER_ROUND = 5;

const figures = { "first start": [], "later start": [], "start offline": [], "save an entry": [] };

await withLume([], async ({ origin, browser }) => {
  for (let round = 0; round < rounds; round += 1) {
    await measure(origin, browser, round);
  }
});
report(figures);

async function measure(origin, browser, round) {
  const context = await browser.newContext();
  const page = await context.newPage();
  figures["first start"].push(await timeToUsable(origin, page));
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
  figures["later start"].push(await timeToUsable(origin, page));
  for (let save = 0; save < SAVES_PER_ROUND; save += 1) {
    figures["save an entry"].push(await timeToSave(page, `Note ${round}.${save}.`));
  }
  await context.setOffline(true);
  figures["start offline"].push(await timeToUsable(origin, page));
  await context.close();
}

async function timeToUsable(origin, page) {
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
