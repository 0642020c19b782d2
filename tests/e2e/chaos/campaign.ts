import { readDevice } from "../support/device.ts";
import { isChange } from "../support/keys.ts";
import { auditDevice, auditDrained, auditFile, auditKeys, auditServer, auditTwice, settle } from "./audit.ts";
import { Chance } from "./chance.ts";
import { readServerFile } from "./database.ts";
import { Ledger, type Violation } from "./ledger.ts";
import { Person } from "./person.ts";
import { drawPlan, type Plan, Strike } from "./strike.ts";
import { Tally } from "./tally.ts";
import { drawWeather } from "./weather.ts";
import { World } from "./world.ts";

export interface Options {
  kills: number;
  seed: number;
  /** Called after each round, by those who want to see a campaign fail. */
  afterRound?: (world: World, round: number) => Promise<void>;
  say?: (line: string) => void;
  /** Whether the folders of browser and server stay when something was found. */
  keep?: boolean;
}

const ACTS_MAX = 3;
/** How long a kill waits for its moment. */
const PATIENCE_MS = 2_000;
/** Once nothing fails any more, everything has to be at the server within this time. */
const DRAIN_MS_MAX = 150_000;
const NUDGE_MS = 5_000;
const LOOK_MS = 500;
const ROUNDS_PER_LINE = 25;
/** Actions shown when something was found. */
const SHOWN_ACTS = 20;

/** Kills browser and server over and over, and compares what is left with what the app had called saved. */
export async function run(options: Options): Promise<string> {
  options.say?.(`seed ${options.seed}, ${options.kills} kills`);
  const tally = new Tally();
  let round = 0;
  while (round < options.kills) {
    const campaign = await Campaign.create(options, tally, round);
    try {
      round = await campaign.run();
      await campaign.world.dispose();
    } catch (error) {
      await campaign.world.dispose({ keep: options.keep });
      throw campaign.explain(error);
    }
  }
  return tally.table();
}

/** What a campaign found. */
class Found extends Error {
  constructor(violations: Violation[]) {
    super(violations.map(({ kind, what }) => `${kind}: ${what}`).join("\n"));
  }
}

/** The browser has thrown away its whole database, for a reason of its own: nothing is left to compare. */
class ThrownAway extends Error {}

/** The rounds that one profile and one server folder go through. */
class Campaign {
  private plan: Plan | undefined;
  /** The unsaved form that was there when the app was last looked at. */
  private knownDraft: string | undefined;

  private constructor(
    private readonly options: Options,
    private readonly tally: Tally,
    private round: number,
    private readonly ledger: Ledger,
    private readonly person: Person,
    readonly world: World,
  ) {}

  static async create(options: Options, tally: Tally, round: number): Promise<Campaign> {
    const ledger = new Ledger();
    const person = new Person(ledger);
    const world = await World.create((sight) => person.sees(sight));
    return new Campaign(options, tally, round, ledger, person, world);
  }

  /** Plays until the last round, or until the browser throws its database away; returns the round it came to. */
  async run(): Promise<number> {
    const { kills, seed, afterRound, say } = this.options;
    while (this.round < kills) {
      this.round += 1;
      try {
        await this.play(new Chance(seed, this.round));
      } catch (error) {
        if (!(error instanceof ThrownAway)) {
          throw error;
        }
        await this.giveUpProfile();
        return this.round;
      }
      await afterRound?.(this.world, this.round);
      if (this.round % ROUNDS_PER_LINE === 0) {
        say?.(`${this.round} of ${kills}: ${this.ledger.calls} actions called done, nothing found`);
      }
    }
    await this.finish();
    this.tally.add(this.world.net.seen, this.ledger);
    return this.round;
  }

  /** What had arrived is still at the server, once and unharmed; the rest went with the browser's database. */
  private async giveUpProfile(): Promise<void> {
    await this.world.raiseServer();
    const moods = await this.world.api.moods();
    report([...auditTwice(this.ledger, moods), ...auditKeys(this.world.net.seen)]);
    const unsent = auditServer(this.ledger, moods).length;
    this.options.say?.(`round ${this.round}: the browser threw its database away, and ${unsent} unsent changes with it`);
    this.tally.thrownAway += 1;
    this.tally.unsentThrownAway += unsent;
    this.tally.add(this.world.net.seen, this.ledger);
  }

  explain(error: unknown): Error {
    const plan = this.plan ? `${this.plan.target} killed while ${this.plan.moment}` : "before the first kill";
    const lines = [
      error instanceof Error ? (error.stack ?? error.message) : String(error),
      `seed ${this.options.seed}, round ${this.round}: ${plan}`,
      `profile ${this.world.browser.profile}, server data ${this.world.server.data}${this.options.keep ? "" : " (removed)"}`,
      ...this.person.did.slice(-SHOWN_ACTS),
    ];
    return new Error(lines.join("\n"));
  }

  private async play(chance: Chance): Promise<void> {
    const plan = drawPlan(chance);
    const acts = plan.moment === "starting" ? 0 : 1 + chance.below(ACTS_MAX);
    const isServerLate = chance.happens(0.4);
    const isRefused = chance.happens(0.1);
    this.plan = plan;
    this.person.did.push(`round ${this.round}: ${plan.target}, ${plan.moment}, ${plan.delayMs.toFixed(0)} ms`);
    const clear = drawWeather(this.world.net, chance);
    const listen = isRefused ? await this.world.net.refuse() : undefined;
    const strike = new Strike(plan, () => this.world.kill(plan.target));
    const unwatch = this.world.net.watch((moment, seen) => {
      if (isChange(seen) && moment !== "served") {
        strike.reach(moment === "seen" ? "flushing" : "working");
      }
    });
    try {
      await this.act(strike, acts, chance);
      await strike.falling(PATIENCE_MS);
    } finally {
      unwatch();
    }
    this.tally.count(plan);
    clear();
    if (plan.target === "server") {
      await this.goOnWithoutServer(strike, chance);
    }
    await listen?.();
    if (!isServerLate) {
      await this.world.raiseServer();
    }
    await this.compare();
    await this.world.raiseServer();
    await this.look();
  }

  /** Uses the app until the blow falls. What fails for another reason than the blow is a failure. */
  private async act(strike: Strike, acts: number, chance: Chance): Promise<void> {
    try {
      if (strike.plan.moment === "starting") {
        const started = this.world.page.reload();
        strike.reach("starting");
        await started;
        await this.world.app?.started();
      }
      for (let done = 0; done < acts && this.world.app !== undefined; done += 1) {
        await this.person.act(this.world.page, chance, strike);
      }
      strike.reach("resting");
    } catch (error) {
      if (!strike.pageGone.aborted) {
        throw error;
      }
    }
  }

  private async goOnWithoutServer(strike: Strike, chance: Chance): Promise<void> {
    if (chance.happens(0.5)) {
      await this.person.act(this.world.page, chance, strike);
    }
  }

  /** Opens the browser if it is dead, and compares device and ledger. */
  private async compare(): Promise<void> {
    const wasDead = this.world.app === undefined;
    if (wasDead) {
      this.person.forget();
      const app = await this.world.prepare();
      await app.open();
      this.tally.starts += 1;
    }
    const device = await readDevice(this.world.page);
    if (wasDead && (await this.world.shelf.isThrownAway())) {
      throw new ThrownAway("the browser threw its database away");
    }
    this.tally.audits += 1;
    report(auditDevice(this.ledger, device));
    if (wasDead) {
      settle(this.ledger, device);
      await this.world.expectOnScreen(device.entries.filter((row) => !row.deleted).map((row) => row.id));
      await this.compareDraft(device.drafts.today?.note);
    }
  }

  /** What was typed is there again, as far as the app had had the time to keep it. */
  private async compareDraft(found: unknown): Promise<void> {
    const { typing } = this.person;
    this.person.typing = undefined;
    const note = typeof found === "string" ? found : undefined;
    if (typing?.draft === "today") {
      const isWhole = note === typing.note;
      const isPart = note === undefined || note === this.knownDraft || typing.note.startsWith(note);
      if (typing.stored ? !isWhole : !isPart) {
        report([{ kind: "draft", what: `"${typing.note}" was being typed, and "${note}" was found` }]);
      }
    }
    if (note !== undefined && note !== "") {
      await this.world.expectDraft(note);
      this.tally.draftsRestored += 1;
    }
    this.knownDraft = note;
  }

  /** What can be said of the server at any time. */
  private async look(): Promise<void> {
    if (this.round % ROUNDS_PER_LINE === 0) {
      report(auditTwice(this.ledger, await this.world.api.moods()));
      report(auditKeys(this.world.net.seen));
    }
  }

  /** Nothing fails any more: everything arrives, and all three tell the same. */
  private async finish(): Promise<void> {
    const beganMs = performance.now();
    await this.drain();
    this.tally.drainMs = performance.now() - beganMs;
    const { world, ledger } = this;
    const device = await readDevice(world.page);
    report([...auditDevice(ledger, device), ...auditDrained(device)]);
    report(auditServer(ledger, await world.api.moods()));
    report(auditKeys(world.net.seen));
    await world.server.stop();
    report(auditFile(ledger, await readServerFile(world.server.data)));
  }

  private async drain(): Promise<void> {
    const beganMs = performance.now();
    let nudgedMs = Number.NEGATIVE_INFINITY;
    for (;;) {
      const { outbox, claimed } = await readDevice(this.world.page);
      const nowMs = performance.now();
      if ((outbox.length === 0 && claimed === 0) || nowMs - beganMs > DRAIN_MS_MAX) {
        return;
      }
      if (nowMs - nudgedMs > NUDGE_MS) {
        nudgedMs = nowMs;
        await this.world.page.getByTestId("sync-now").click();
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

function report(violations: Violation[]): void {
  if (violations.length > 0) {
    throw new Found(violations);
  }
}
