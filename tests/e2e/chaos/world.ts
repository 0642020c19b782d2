import { expect, type Page } from "@playwright/test";

import { Api, newAccount } from "../support/api.ts";
import { App } from "../support/app.ts";
import { KillableBrowser } from "../support/browser.ts";
import { FaultProxy } from "../support/proxy.ts";
import { LumeServer } from "../support/server.ts";
import { untilInstalled } from "../support/worker.ts";
import { Shelf } from "./shelf.ts";
import type { Target } from "./strike.ts";
import { type Sight, watchScreen } from "./witness.ts";

/** So short that tokens are refreshed every half minute, since the app does so five minutes before their end. */
const ACCESS_TOKEN_SECONDS = 330;
/** No action takes longer, unless the app does not answer any more. */
const ACTION_MS_MAX = 20_000;
/** The hour at which the day of a campaign begins, so that it does not end on the next day. */
const HOUR_OF_START = 9;

/** One profile, one server folder and the network between them, from the first kill to the last. */
export class World {
  /** The open app, unless the browser is dead. */
  app: App | undefined;
  isServerUp = true;
  readonly shelf: Shelf;

  private constructor(
    readonly server: LumeServer,
    readonly net: FaultProxy,
    readonly browser: KillableBrowser,
    readonly api: Api,
    private readonly sees: (sight: Sight) => void,
  ) {
    this.shelf = new Shelf(browser.profile);
  }

  /** Everything new, with an account in synced mode. */
  static async create(sees: (sight: Sight) => void): Promise<World> {
    const server = await LumeServer.start({ flags: ["--access-token-seconds", String(ACCESS_TOKEN_SECONDS)] });
    const net = await FaultProxy.start(server.port);
    const browser = await KillableBrowser.create({ zone: zoneOfMorning(new Date()) });
    const account = newAccount();
    const api = new Api(`http://127.0.0.1:${server.port}`, account);
    const world = new World(server, net, browser, api, sees);
    try {
      const app = await world.prepare();
      await app.register(account);
      await untilInstalled(app.page);
      await app.expectSync("synced", 0);
    } catch (error) {
      await world.dispose();
      throw error;
    }
    return world;
  }

  get page(): Page {
    if (this.app === undefined) {
      throw new Error("the browser is not open");
    }
    return this.app.page;
  }

  /** Starts the browser; the app is opened with the page it returns. */
  async prepare(): Promise<App> {
    await this.shelf.keep();
    const page = await this.browser.open();
    page.setDefaultTimeout(ACTION_MS_MAX);
    await watchScreen(page, this.sees);
    this.app = new App(page, this.net.origin);
    return this.app;
  }

  async kill(target: Target): Promise<void> {
    if (target !== "server") {
      this.app = undefined;
    }
    if (target !== "browser") {
      this.isServerUp = false;
    }
    await Promise.all([
      target === "server" ? undefined : this.browser.kill(),
      target === "browser" ? undefined : this.server.kill(),
    ]);
  }

  async raiseServer(): Promise<void> {
    if (!this.isServerUp) {
      await this.server.start();
      this.isServerUp = true;
    }
  }

  /** The ids of the entries that are on the screen. */
  async idsOnScreen(): Promise<string[]> {
    const ids = await this.page
      .getByTestId("entry")
      .evaluateAll((entries) => entries.map((entry) => (entry as HTMLElement).dataset.entryId ?? ""));
    return ids.sort();
  }

  async expectOnScreen(ids: string[]): Promise<void> {
    await expect.poll(() => this.idsOnScreen(), "the entries on the screen").toEqual([...ids].sort());
  }

  /** The unsaved text is in the form again. */
  async expectDraft(note: string): Promise<void> {
    await expect(this.page.getByTestId("note"), "the unsaved note").toHaveValue(note);
  }

  /** Ends every process that it has started; the folders stay where somebody wants to read them. */
  async dispose({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    await this.browser.dispose({ keep });
    if (!keep) {
      await this.shelf.clear();
    }
    await this.net.dispose();
    await this.server.dispose({ keep });
  }
}

/** A time zone in which it is morning. */
function zoneOfMorning(now: Date): string {
  const ahead = HOUR_OF_START - now.getUTCHours();
  const hours = ahead < -12 ? ahead + 24 : ahead;
  // The names of these zones count to the west.
  return hours === 0 ? "Etc/UTC" : `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}`;
}
