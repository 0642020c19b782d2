import { type BrowserContext, type CDPSession, expect, type Worker } from "@playwright/test";

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
 * The browser's side of Background Sync and of pushes: wakes and ends the worker, from a page that is none of the app's.
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

  /** Delivers a push, as the browser's push service does. */
  async push(data: string): Promise<void> {
    await this.session.send("ServiceWorker.deliverPushMessage", {
      origin: this.origin,
      registrationId: this.registrationId,
      data,
    });
  }

  /** Taps a notification, or one of its buttons. There is none: the worker is told of it. */
  async tap(action: string): Promise<void> {
    // A browser lets a worker bring a page to the front only for a person's own tap.
    await this.inWorker(`answerReminder({ close() {} }, ${JSON.stringify(action)}).catch(() => {})`);
  }

  /** Waits until the worker itself, woken for the first time in its life, has flushed. */
  async untilFlushed(): Promise<void> {
    await expect.poll(() => this.inWorker("engine !== undefined && flushing === undefined")).toBe(true);
  }

  /** Waits until the worker has no flush under way, its own or a page's. */
  async untilIdle(): Promise<void> {
    await expect.poll(() => this.inWorker("flushing === undefined")).toBe(true);
  }

  /** Whether the worker that runs has loaded its engine. */
  async hasEngine(): Promise<boolean> {
    return (await this.inWorker("engine !== undefined")) === true;
  }

  /** Ends the worker wherever it is. */
  async kill(): Promise<void> {
    await this.session.send("ServiceWorker.stopAllWorkers");
  }

  /** The worker that runs, if one does. */
  worker(): Worker | undefined {
    return this.context.serviceWorkers().at(-1);
  }

  private async inWorker(expression: string): Promise<unknown> {
    return this.worker()?.evaluate(expression);
  }
}
