import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";

import { CHROMIUM } from "./paths.ts";

const START_MS_MAX = 20_000;

/** A browser with a profile on disk, started by ourselves so that it can be killed like by a power cut. */
export class KillableBrowser {
  private child: ChildProcess | undefined;
  private browser: Browser | undefined;

  private constructor(
    readonly profile: string,
    private readonly zone: string | undefined,
  ) {}

  /** A browser with an empty profile, in this time zone instead of the machine's own. */
  static async create({ zone }: { zone?: string } = {}): Promise<KillableBrowser> {
    return new KillableBrowser(await mkdtemp(join(tmpdir(), "lume-e2e-profile-")), zone);
  }

  /**
   * Starts the browser, with what the profile holds by now. `asItIs` leaves out that every page is taken for the focused
   * one: then a tab in the background is hidden, and can be frozen.
   */
  async open({ asItIs = false } = {}): Promise<Page> {
    if (CHROMIUM === undefined) {
      throw new Error("Chromium is not there: `cargo xtask setup`");
    }
    const args = [
      "--headless=new",
      "--no-sandbox",
      "--no-first-run",
      "--remote-debugging-port=0",
      `--user-data-dir=${this.profile}`,
      "about:blank",
    ];
    const env = this.zone === undefined ? process.env : { ...process.env, TZ: this.zone };
    this.child = spawn(CHROMIUM, args, { detached: true, stdio: ["ignore", "ignore", "pipe"], env });
    endWithUs(this.child);
    this.browser = await chromium.connectOverCDP(await devToolsAddress(this.child), { noDefaults: asItIs });
    const context = this.browser.contexts()[0];
    return context.pages()[0] ?? (await context.newPage());
  }

  /** SIGKILL to every process of it. */
  async kill(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child?.pid !== undefined && child.exitCode === null) {
      const exit = once(child, "exit");
      process.kill(-child.pid, "SIGKILL");
      await exit;
    }
    await this.browser?.close().catch(() => {});
  }

  /** Kills it, and removes its profile unless somebody wants to read it. */
  async dispose({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    await this.kill();
    if (keep) {
      return;
    }
    // Processes of the group may still be writing while they die.
    await rm(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** A browser of its own process group does not die with us by itself. */
function endWithUs(child: ChildProcess): void {
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, "SIGKILL");
    }
  };
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
}

/** Reads where the browser listens from what it prints. */
async function devToolsAddress(child: ChildProcess): Promise<string> {
  let printed = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no browser:\n${printed}`)), START_MS_MAX);
    child.once("exit", (code) => reject(new Error(`the browser ended with ${code}:\n${printed}`)));
    child.stderr?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const address = /DevTools listening on (ws:\S+)/.exec(printed)?.[1];
      if (address) {
        clearTimeout(timer);
        resolve(address);
      }
    });
  });
}
