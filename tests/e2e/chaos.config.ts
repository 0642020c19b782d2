import { defineConfig } from "@playwright/test";

import { CHROMIUM } from "./support/paths.ts";

/** The campaign of kills: one long test, which starts browser and server by itself. */
export default defineConfig({
  testDir: "chaos",
  testMatch: /campaign\.chaos\.ts$/,
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  outputDir: "test-results/chaos",
  use: { launchOptions: { executablePath: CHROMIUM } },
});
