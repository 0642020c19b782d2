import { defineConfig } from "@playwright/test";

import { CHROMIUM } from "./support/paths.ts";

/** Every test has a server, a database and a browser context of its own, so files may run side by side. */
export default defineConfig({
  testDir: ".",
  testMatch: /(acceptance|routes|bugs|outcomes|chaos)\/.*\.spec\.ts$/,
  fullyParallel: true,
  workers: 2,
  // A test that passes at the second try has found something: it is not tried again.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    browserName: "chromium",
    headless: true,
    actionTimeout: 15_000,
    launchOptions: { executablePath: CHROMIUM, args: ["--no-sandbox"] },
    serviceWorkers: "allow",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  },
});
