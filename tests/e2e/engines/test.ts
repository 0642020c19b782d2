import { test as base } from "../support/test.ts";
import type { EngineBrowser } from "./browser.ts";
import { Chromium } from "./chromium.ts";
import { Firefox } from "./firefox.ts";
import { WebKit } from "./webkit.ts";

export { expect } from "../support/test.ts";

export type EngineName = "chromium" | "firefox" | "webkit";

interface EngineWorld {
  /** The engine that the project is named after. */
  engineName: EngineName;
  engine: EngineBrowser;
}

/** The world of the other end-to-end tests, with a browser of the project's engine in it. */
export const test = base.extend<EngineWorld>({
  engineName: async ({}, use, info) => use(info.project.name as EngineName),
  engine: async ({ engineName }, use) => {
    const engine = await create(engineName);
    await use(engine);
    await engine.dispose();
  },
});

function create(name: EngineName): Promise<EngineBrowser> {
  switch (name) {
    case "chromium":
      return Chromium.create();
    case "firefox":
      return Firefox.create();
    case "webkit":
      return WebKit.create();
  }
}
