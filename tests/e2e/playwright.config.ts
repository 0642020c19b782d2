import { defineConfig } from "@playwright/test";

import { CHROMIUM } from "./support/paths.ts";

/** Every test has a server, a database and a browser context of its own, so files may run side by side. */
export default defineConfig({
  testDir: ".",
  testMatch: /(acceptance|devices|routes|bugs|pictures|engines|storage|outcomes|chaos)\/.*\.spec\.ts$/,
  fullyParallel: true,
  workers: 2,
  // A test that passes at the second try has found something: it is not tried again.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  // Bounds for a machine with more to do than this: they end a test that goes on for ever, and prove nothing.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: [["list"], ["./support/failures.ts"]],
  projects: [
    { name: "app", testIgnore: /(engines|outcomes|chaos)\// },
    { name: "outcomes", testMatch: /(outcomes|chaos)\/.*\.spec\.ts$/ },
    // One path in each engine. The names are those of `cargo xtask e2e --engines`.
    ...["chromium", "firefox", "webkit"].map((name) => ({
      name,
      testMatch: /engines\/.*\.spec\.ts$/,
    })),
  ],
  outputDir: "test-results",
  use: {
    browserName: "chromium",
    headless: true,
    actionTimeout: 30_000,
    launchOptions: { executablePath: CHROMIUM, args: ["--no-sandbox"] },
    serviceWorkers: "allow",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  },
});
