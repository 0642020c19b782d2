import { byKey } from "./audit.ts";
import type { Ledger } from "./ledger.ts";
import { MOMENTS, type Plan, TARGETS } from "./strike.ts";
import { isChange } from "../support/keys.ts";
import type { Seen } from "../support/proxy.ts";

/** The figures of a campaign. */
export class Tally {
  readonly kills = new Map<string, number>();
  starts = 0;
  draftsRestored = 0;
  audits = 0;
  drainMs = 0;
  /** Databases that the browser threw away because of a log that it had damaged itself. */
  thrownAway = 0;
  unsentThrownAway = 0;
  private readonly seen: Seen[] = [];
  private called = 0;
  private entries = 0;
  private live = 0;
  private readonly beganMs = performance.now();

  count(plan: Plan): void {
    const name = `${plan.target} ${plan.moment}`;
    this.kills.set(name, (this.kills.get(name) ?? 0) + 1);
  }

  /** Adds what one profile came to. */
  add(seen: Seen[], ledger: Ledger): void {
    this.seen.push(...seen);
    this.called += ledger.calls;
    this.entries += ledger.entries.size;
    this.live += ledger.live().length;
  }

  /** The table that is printed at the end of a campaign that found nothing. */
  table(): string {
    const { seen, called, entries, live } = this;
    const changes = seen.filter(isChange);
    const served = [...byKey(changes).values()].map((sent) => sent.filter(({ request }) => request.served !== undefined));
    const again = served.reduce((sum, sent) => sum + Math.max(0, sent.length - 1), 0);
    const refreshes = seen.filter((one) => one.path.startsWith("/api/v1/auth/refresh")).length;
    const seconds = (performance.now() - this.beganMs) / 1_000;
    const kills = [...this.kills.values()].reduce((sum, count) => sum + count, 0);
    const lines: [string, string | number][] = [
      ["kills", kills],
      ["starts of the app after a kill", this.starts],
      ["comparisons of device and ledger", this.audits],
      ["actions that the app called done", called],
      ["entries made / there at the end", `${entries} / ${live}`],
      ["drafts found again", this.draftsRestored],
      ["changes sent", changes.length],
      ["… of them met by a fault", changes.filter((one) => one.fault !== undefined).length],
      ["… of them never answered", changes.filter((one) => one.status === undefined).length],
      ["keys used", served.length],
      ["answered again by the server", again],
      ["refreshes of the session", refreshes],
      ["waited for the last event, in seconds", (this.drainMs / 1_000).toFixed(1)],
      ["lost / twice / stuck", "0 / 0 / 0"],
      ["thrown away by the browser itself: databases / unsent", `${this.thrownAway} / ${this.unsentThrownAway}`],
      ["time, in seconds", seconds.toFixed(0)],
      ["… for each kill", (seconds / Math.max(1, kills)).toFixed(1)],
    ];
    const width = Math.max(...lines.map(([name]) => name.length));
    return [...this.grid(), "", ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join("\n");
  }

  private grid(): string[] {
    const cell = (text: string | number) => String(text).padStart(10);
    const head = ["  killed".padEnd(10), ...MOMENTS.map(cell)].join("");
    const rows = TARGETS.map((target) => {
      const counts = MOMENTS.map((moment) => cell(this.kills.get(`${target} ${moment}`) ?? 0));
      return [`  ${target}`.padEnd(10), ...counts].join("");
    });
    return [head, ...rows];
  }
}
