// Lighthouse's figures for the release build, as a phone of the middle class sees it on its first visit.
//
//   cargo xtask lighthouse [--path /history] [--rounds N]
//
// Prints the score of each category, what was measured, and every audit that did not pass; fails below the scores of
// `SCORES_MIN`. A score of performance depends on the machine, and Lighthouse simulates network and processor from what it
// saw: of several rounds the median counts, as Lighthouse's own advice is.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

import { freePort, untilUp } from "./server.mjs";

const SCORES_MIN = { performance: 95, accessibility: 100, "best-practices": 100, seo: 100 };
const MEASURED = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "speed-index",
  "total-blocking-time",
  "cumulative-layout-shift",
  "interactive",
  "total-byte-weight",
];
const { values } = parseArgs({
  options: { path: { type: "string", default: "/" }, rounds: { type: "string", default: "3" } },
});

const data = await mkdtemp(join(tmpdir(), "lume-lighthouse-"));
const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
const args = ["--port", String(port), "--data", data, "--dist", process.env.LUME_DIST];
const server = spawn(process.env.LUME_SERVER, args, { stdio: "ignore" });
try {
  await untilUp(origin);
  const reports = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    reports.push(await look(origin + values.path));
  }
  const report = median(reports);
  print(report, reports);
  process.exitCode = failures(report).length === 0 ? 0 : 1;
} finally {
  server.kill("SIGKILL");
  await rm(data, { recursive: true, force: true });
}

/** One run with a profile of its own: nothing is cached, and no worker is installed. */
async function look(url) {
  const chrome = await launch({
    chromePath: process.env.CHROMIUM,
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"],
  });
  try {
    const result = await lighthouse(url, { port: chrome.port, logLevel: "error", output: "json" });
    if (result === undefined || result.lhr.runtimeError !== undefined) {
      throw new Error(`Lighthouse could not look at ${url}: ${result?.lhr.runtimeError?.message ?? "no result"}`);
    }
    return result.lhr;
  } finally {
    chrome.kill();
  }
}

/** The run in the middle by its performance. */
function median(reports) {
  const sorted = reports.toSorted((a, b) => a.categories.performance.score - b.categories.performance.score);
  return sorted[Math.floor(sorted.length / 2)];
}

function points(report, category) {
  return Math.round(report.categories[category].score * 100);
}

function failures(report) {
  return Object.entries(SCORES_MIN).filter(([category, least]) => points(report, category) < least);
}

function print(report, reports) {
  console.log(`   ${report.finalDisplayedUrl}, Lighthouse ${report.lighthouseVersion}, ${reports.length} rounds`);
  for (const [category, least] of Object.entries(SCORES_MIN)) {
    const score = points(report, category);
    const all = reports.map((one) => points(one, category)).join(", ");
    console.log(`   ${score < least ? "FAILED" : "passed"} ${category.padEnd(16)} ${score} of at least ${least} (${all})`);
  }
  for (const name of MEASURED) {
    const audit = report.audits[name];
    console.log(`          ${audit.title.padEnd(26)} ${audit.displayValue}`);
  }
  for (const audit of Object.values(report.audits)) {
    if (audit.score !== null && audit.score < 1 && audit.scoreDisplayMode !== "informative") {
      console.log(`   ${audit.score.toFixed(2)} ${audit.id}: ${audit.title} ${audit.displayValue ?? ""}`);
      for (const item of audit.details?.items?.slice(0, 5) ?? []) {
        console.log(`          ${JSON.stringify(brief(item))}`);
      }
    }
  }
}

/** The parts of an audit's item that say where it is. */
function brief(item) {
  const { url, description, label, totalBytes, wastedMs, node, source, sourceLocation } = item;
  const found = { url, description, label, totalBytes, wastedMs, source, at: sourceLocation?.url };
  return { ...found, node: node?.snippet ?? node?.selector };
}
