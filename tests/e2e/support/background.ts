import { type BrowserContext, type CDPSession, expect, type Page } from "@playwright/test";

/** The tag under which the app asks to be woken. */
const TAG = "lume-flush";

/** Takes Background Sync out of a page or a worker, as it is in Safari and Firefox. */
export const WITHOUT_BACKGROUND_SYNC = `
  delete globalThis.ServiceWorkerRegistration?.prototype.sync;
  delete globalThis.SyncManager;
`;

/** Takes out what tabs use to know of each other. */
export const WITHOUT_LOCKS_AND_CHANNELS = `
  delete Navigator.prototype.locks;
  delete globalThis.LockManager;
  delete globalThis.BroadcastChannel;
`;

/**
 * The browser's side of Background Sync: wakes and ends the worker, from a page that is none of the app's.
 * Needs an installed worker.
 */
export class Waker {
  private constructor(
    private readonly context: BrowserContext,
    private readonly session: CDPSession,
    private readonly origin: string,
    private readonly registrationId: string,
  ) {}

  static async of(context: BrowserContext, origin: string): Promise<Waker> {
    const blank = await context.newPage();
    const session = await context.newCDPSession(blank);
    const registration = new Promise<string>((resolve) => {
      session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
        const ours = registrations.find((known) => known.scopeURL === `${origin}/` && !known.isDeleted);
        if (ours) {
          resolve(ours.registrationId);
        }
      });
    });
    await session.send("ServiceWorker.enable");
    return new Waker(context, session, origin, await registration);
  }

  /** Fires a sync event, and does not wait for what comes of it. */
  async wake({ lastChance = false } = {}): Promise<void> {
    await this.session.send("ServiceWorker.dispatchSyncEvent", {
      origin: this.origin,
      registrationId: this.registrationId,
      tag: TAG,
      lastChance,
    });
  }

  /** Waits until the worker itself, woken for the first time in its life, has flushed. */
  async untilFlushed(): Promise<void> {
    await expect.poll(() => this.inWorker("engine !== undefined && flushing === undefined")).toBe(true);
  }

  /** Whether the worker that runs has loaded its engine. */
  async hasEngine(): Promise<boolean> {
    return (await this.inWorker("engine !== undefined")) === true;
  }

  /** Ends the worker wherever it is. */
  async kill(): Promise<void> {
    await this.session.send("ServiceWorker.stopAllWorkers");
  }

  private async inWorker(expression: string): Promise<unknown> {
    const worker = this.context.serviceWorkers().at(-1);
    return worker?.evaluate(expression);
  }
}

/** Stops everything in a page, as a browser does to a tab in the background. Returns how to let it go on. */
export async function freeze(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  // A page that is taken for the focused one is never frozen.
  await session.send("Emulation.setFocusEmulationEnabled", { enabled: false });
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  return async () => {
    await session.send("Page.setWebLifecycleState", { state: "active" });
  };
}
