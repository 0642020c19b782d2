import { test as base, expect, type Locator, type Page } from "@playwright/test";

import { Api, newAccount, type Mood } from "../support/api.ts";
import { App } from "../support/app.ts";
import { type Device, type EventRow, readDevice } from "../support/device.ts";
import { type Sending, sendings } from "../support/keys.ts";
import { FaultProxy } from "../support/proxy.ts";
import { LumeServer } from "../support/server.ts";
import { words } from "../support/words.ts";

/** A wait is brought forward at most once in five seconds. */
const NUDGE_MS_MAX = 15_000;
const NUDGE_MS = 1_000;

/** A server, a network, and an app with an account, in which one row after the other is played. */
export class Room {
  private constructor(
    readonly server: LumeServer,
    readonly net: FaultProxy,
    readonly api: Api,
    readonly app: App,
  ) {}

  static async furnish(page: Page): Promise<Room> {
    const server = await LumeServer.start();
    const net = await FaultProxy.start(server.port);
    const account = newAccount();
    const app = new App(page, net.origin);
    await keepWatch(page);
    await app.register(account);
    await app.expectSync("synced", 0);
    return new Room(server, net, new Api(`http://127.0.0.1:${server.port}`, account), app);
  }

  async clear(): Promise<void> {
    await this.net.dispose();
    await this.server.dispose();
  }

  /** Each time that this note went out. */
  attempts(note: string): Sending[] {
    return sendings(this.net.seen).filter(({ says }) => says.includes(JSON.stringify(note)));
  }

  device(): Promise<Device> {
    return readDevice(this.app.page);
  }

  /** The event that carries this note. */
  async event(note: string): Promise<EventRow | undefined> {
    return (await this.device()).outbox.find((event) => event.patch.note === note);
  }

  /** The moods at the server with this note, which may not be all that it says, and all others. */
  async atServer(note: string): Promise<{ with: Mood[]; others: Mood[] }> {
    const moods = await this.api.moods();
    return {
      with: moods.filter((mood) => mood.note?.includes(note)),
      others: moods.filter((mood) => !mood.note?.includes(note)),
    };
  }

  /** To the Sync screen and back without loading the page anew: that would bring a wait forward. */
  async goToSync(): Promise<void> {
    await this.app.syncStatus.click();
    await expect(this.app.page.getByRole("heading", { name: words("sync.title"), exact: true, level: 1 })).toBeVisible();
  }

  async goToToday(): Promise<void> {
    await this.app.page.locator("a.frame-brand:visible").first().click();
    await expect(this.app.page.getByTestId("mood-happy")).toBeVisible();
  }

  get failed(): Locator {
    return this.app.page.getByTestId("failed-event");
  }

  /** Taps "Sync now" as often as it takes, since a wait is brought forward so seldom. */
  async syncUntilSynced(note: string): Promise<void> {
    await expect(async () => {
      await this.app.syncNow();
      await expect(this.app.entry(note)).toHaveAttribute("data-sync", "synced", { timeout: NUDGE_MS });
    }).toPass({ timeout: NUDGE_MS_MAX });
  }

  /** The notes that were on the screen, and were gone at a time when the list was there. */
  async vanished(): Promise<string[]> {
    return this.app.page.evaluate(() => (globalThis as unknown as { lumeVanished: string[] }).lumeVanished.splice(0));
  }
}

/** Takes down every note that leaves a list: an observer in the page misses none, however short it is gone. */
async function keepWatch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const vanished: string[] = [];
    Object.assign(globalThis, { lumeVanished: vanished });
    const lists = new WeakMap<Element, Set<string>>();
    const look = () => {
      for (const list of document.querySelectorAll("ul.entries")) {
        const notes = new Set([...list.querySelectorAll(".entry-note")].map((note) => note.textContent ?? ""));
        vanished.push(...[...(lists.get(list) ?? [])].filter((note) => !notes.has(note)));
        lists.set(list, notes);
      }
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  });
}

/** One room for all rows that a worker plays: what they have in common is done once. */
export const test = base.extend<object, { room: Room }>({
  room: [
    async ({ browser }, use) => {
      const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin" });
      const room = await Room.furnish(await context.newPage());
      await use(room);
      await context.close();
      await room.clear();
    },
    { scope: "worker" },
  ],
});
