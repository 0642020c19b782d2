import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Builder, type WebDriver, WebElementCondition } from "selenium-webdriver";

import { WEBKIT_DRIVER, XVFB_RUN } from "../support/paths.ts";
import { freePort } from "../support/server.ts";
import type { EngineBrowser, EnginePage } from "./browser.ts";

const START_MS_MAX = 20_000;
const FIND_MS_MAX = 15_000;

/**
 * WebKit in its GTK port: the small browser that comes with the driver, on a display of its own, since it has no
 * headless mode. Nothing outside can tell it that it is offline, and its storage ends with the session: it can't be
 * killed and opened again.
 */
export class WebKit implements EngineBrowser {
  private session: WebDriver | undefined;

  private constructor(
    private readonly driver: ChildProcess,
    private readonly address: string,
  ) {}

  static async create(): Promise<WebKit> {
    const port = await freePort();
    const driver = spawn(XVFB_RUN, ["-a", WEBKIT_DRIVER, `--port=${port}`], { detached: true, stdio: "ignore" });
    const webkit = new WebKit(driver, `http://127.0.0.1:${port}`);
    await webkit.answers();
    return webkit;
  }

  async open(): Promise<EnginePage> {
    await this.session?.quit();
    const session = await new Builder().usingServer(this.address).forBrowser("MiniBrowser").build();
    this.session = session;
    const find = async (selector: string) =>
      session.wait(
        new WebElementCondition(`for ${selector} to be in reach`, () => session.executeAsyncScript(inReach, selector)),
        FIND_MS_MAX,
      );
    return {
      goto: (address) => session.get(address),
      reload: () => session.navigate().refresh(),
      click: async (selector) => (await find(selector)).click(),
      fill: async (selector, text) => {
        const field = await find(selector);
        if ((await field.getAttribute("type")) === "date") {
          // Typed, its parts would have to come in the order of some country.
          await session.executeScript(setValue, field, text);
        } else {
          await field.clear();
          await field.sendKeys(text);
        }
      },
      evaluate: (script, given) => evaluate(session, script, given),
    };
  }

  async dispose(): Promise<void> {
    await this.session?.quit();
    const { pid } = this.driver;
    if (pid !== undefined && this.driver.exitCode === null) {
      const exit = once(this.driver, "exit");
      // The script of the display takes its server and the driver with it.
      process.kill(-pid, "SIGTERM");
      await exit;
    }
  }

  private async answers(): Promise<void> {
    const deadline = performance.now() + START_MS_MAX;
    while (performance.now() < deadline) {
      try {
        const answer = await fetch(`${this.address}/status`, { signal: AbortSignal.timeout(1_000) });
        if (answer.ok) {
          return;
        }
      } catch {
        // Not listening yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error("WebKit's driver does not answer: `cargo xtask setup`");
  }
}

/**
 * Finds the element that a person could use now: in the middle of the screen, where it stays, with nothing over it.
 * The driver itself waits for none of that, and scrolls too little where a bar lies over the page's end. Runs in the
 * page.
 */
function inReach(selector: string, done: (found: Element | null) => void): void {
  const element = document.querySelector(selector);
  if (element === null) {
    done(null);
    return;
  }
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const before = element.getBoundingClientRect();
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const stays = x === before.x && y === before.y && width === before.width && height === before.height;
      const top = document.elementFromPoint(x + width / 2, y + height / 2);
      done(stays && width > 0 && element.contains(top) ? element : null);
    }),
  );
}

/** Gives a field a value, as if a person had picked it. Runs in the page. */
function setValue(field: HTMLInputElement, value: string): void {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Runs a function in the page; what it throws or rejects with is thrown here. */
async function evaluate<Result>(session: WebDriver, script: (given: never) => unknown, given: unknown) {
  const [error, result] = await session.executeAsyncScript<[string | null, Result]>(
    `const [given, done] = arguments;
     Promise.resolve().then(() => (${script})(given)).then(
       (result) => done([null, result]),
       (error) => done([String(error), null]));`,
    given,
  );
  if (error !== null) {
    throw new Error(error);
  }
  return result;
}
