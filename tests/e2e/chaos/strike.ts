import type { Chance } from "./chance.ts";

export const TARGETS = ["browser", "server", "both"] as const;
export const MOMENTS = ["starting", "typing", "saving", "flushing", "working", "resting"] as const;

/** What SIGKILL hits. */
export type Target = (typeof TARGETS)[number];
/**
 * What was going on when it hit: the app starts; somebody types; somebody has just tapped "save", "delete" or "undo";
 * a request has left the app; the server works on it; nothing in particular.
 */
export type Moment = (typeof MOMENTS)[number];

/** Longest time from the moment to the blow; most fall much sooner. */
const DELAY_MS_MAX: Record<Moment, number> = {
  starting: 900,
  typing: 300,
  saving: 120,
  flushing: 60,
  working: 15,
  resting: 300,
};

export interface Plan {
  target: Target;
  moment: Moment;
  delayMs: number;
}

export function drawPlan(chance: Chance): Plan {
  const target = chance.weighed<Target>({ browser: 5, server: 2, both: 3 });
  const moment =
    target === "server"
      ? chance.weighed<Moment>({ starting: 1, typing: 0, saving: 2, flushing: 3, working: 4, resting: 1 })
      : chance.weighed<Moment>({ starting: 2, typing: 3, saving: 6, flushing: 4, working: 4, resting: 1 });
  return { target, moment, delayMs: DELAY_MS_MAX[moment] * chance.unit() ** 2 };
}

/** A kill that waits for its moment. */
export class Strike {
  /** Aborted as the blow falls on the browser: who waits for its page waits no longer. */
  readonly pageGone: AbortSignal;
  private readonly page = new AbortController();
  private over: Promise<void> | undefined;
  private listeners: (() => void)[] = [];

  constructor(
    readonly plan: Plan,
    private readonly kill: () => Promise<void>,
  ) {
    this.pageGone = this.page.signal;
  }

  /** Says what is going on. The blow falls a while after its moment, whatever goes on by then. */
  reach(moment: Moment): void {
    if (this.over === undefined && moment === this.plan.moment) {
      this.over = this.fall(this.plan.delayMs);
      for (const listener of this.listeners) {
        listener();
      }
    }
  }

  /** Waits until the blow has fallen; its moment need not come within the time that is given for it. */
  async falling(patienceMs: number): Promise<void> {
    if (this.over === undefined) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        this.listeners.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    this.over ??= this.fall(0);
    await this.over;
  }

  private async fall(delayMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (this.plan.target !== "server") {
      this.page.abort();
    }
    await this.kill();
  }
}
