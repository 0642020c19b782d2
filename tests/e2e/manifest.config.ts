import { defineConfig } from "@playwright/test";

import { CHROMIUM } from "./support/paths.ts";

/** The two pictures that the manifest names: `npx playwright test --config manifest.config.ts`. */
export default defineConfig({
  testDir: "pictures",
  testMatch: /manifest\.pictures\.ts$/,
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  outputDir: "test-results/pictures",
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: CHROMIUM, args: ["--no-sandbox"] },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: "light",
  },
});
