import type { Locator, Page } from "@playwright/test";

import { readDevice } from "../support/device.ts";
import { words } from "../support/words.ts";
import type { Chance } from "./chance.ts";
import { DELETED, type Ledger, type Live, type State, tagOf } from "./ledger.ts";
import type { Strike } from "./strike.ts";
import type { Sight } from "./witness.ts";

const MOODS = ["happy", "peaceful", "proud", "sad", "angry", "hopeful"] as const;
const SENTENCES = [
  "The kettle sang before anybody was up",
  "Rain on the tin roof, and nowhere to be",
  "A letter came that had been long on its way",
  "Two hours on the train with a good book",
  "The meeting went on and on",
  "Found the recipe that grandmother never wrote down",
] as const;
/** Entries kept at most, so that lists stay short and rounds quick. */
const LIVE_MAX = 40;
const CALLED_MS_MAX = 20_000;
const DRAFT_MS_MAX = 10_000;
/** Undo is offered for ten seconds; so near their end nobody reaches for it. */
const UNDO_MS_MAX = 7_000;
/** The last part of a note is typed key by key. */
const TYPED_CHARS = 10;

const TAP_POLL_MS = 20;

type Button = "save-entry" | "entry-delete" | "undo";
export type Act = "log" | "edit" | "delete" | "undo" | "sync";

/** What was being typed: the text so far may be found again as a draft. */
export interface Typing {
  draft: string;
  note: string;
  /** Whether the whole of it was seen in the database. */
  stored: boolean;
}

/** Somebody who uses the app, and keeps in mind what it called done. */
export class Person {
  /** What is being typed and was not saved yet. */
  typing: Typing | undefined;
  /** The last actions, for a report. */
  readonly did: string[] = [];
  /** What the next message is about. */
  private doing: { tag: string; state: State; message: string } | undefined;
  private lastDeleted: { tag: string; state: Live; atMs: number } | undefined;
  private tags = 0;
  private versions = 0;

  constructor(private readonly ledger: Ledger) {}

  /** Takes down what the app says. */
  sees(sight: Sight): void {
    switch (sight.kind) {
      case "message":
        if (this.doing && sight.words === this.doing.message) {
          this.ledger.told(this.doing.tag, this.doing.state);
        }
        return;
      case "gone": {
        const entry = [...this.ledger.entries.values()].find(({ id }) => id === sight.id);
        return entry && this.ledger.told(entry.tag, DELETED);
      }
      case "entry":
        return this.seesEntry(sight.id, sight.note);
    }
  }

  private seesEntry(id: string, note: string): void {
    const entry = this.ledger.entries.get(tagOf(note) ?? "");
    if (entry === undefined) {
      return;
    }
    entry.id ??= id;
    const shown = entry.tried.find((state) => state.kind === "live" && state.note === note);
    // A deleted entry that shows once more may be a list that is about to be drawn anew: only the message tells.
    if (shown !== undefined && entry.called.kind !== "deleted") {
      this.ledger.told(entry.tag, shown);
    }
  }

  /** The browser is gone, and with it what could still be undone. */
  forget(): void {
    this.doing = undefined;
    this.lastDeleted = undefined;
  }

  async act(page: Page, chance: Chance, strike: Strike): Promise<void> {
    const live = this.ledger.live();
    const crowded = live.length > LIVE_MAX;
    const act = chance.weighed<Act>({
      log: 5,
      edit: live.length > 0 ? 3 : 0,
      delete: live.length > 0 ? (crowded ? 8 : 2) : 0,
      undo: this.lastDeleted ? 2 : 0,
      sync: 1,
    });
    const entry = live.length > 0 ? chance.pick(live) : undefined;
    this.did.push(`${act} ${entry?.tag ?? ""}`);
    switch (act) {
      case "log":
        return this.log(page, chance, strike);
      case "edit":
        return entry && this.edit(page, chance, strike, entry.tag, entry.called.mood);
      case "delete":
        return entry && this.delete(page, strike, entry.tag, entry.called);
      case "undo":
        return this.undo(page, strike);
      case "sync":
        return page.getByTestId("sync-now").click();
    }
  }

  private async log(page: Page, chance: Chance, strike: Strike): Promise<void> {
    this.tags += 1;
    const tag = `e${String(this.tags).padStart(4, "0")}`;
    const mood = chance.pick(MOODS);
    await page.getByTestId(`mood-${mood}`).click();
    const note = await this.type(page, chance, strike, tag, "today");
    await this.save(page, strike, tag, { kind: "live", note, mood }, words("log.saved_thanks"));
  }

  private async edit(page: Page, chance: Chance, strike: Strike, tag: string, mood: string): Promise<void> {
    const entry = entryOf(page, tag);
    const id = await entry.getAttribute("data-entry-id");
    await entry.getByTestId("entry-edit").click();
    const note = await this.type(page, chance, strike, tag, `entry:${id}`);
    await this.save(page, strike, tag, { kind: "live", note, mood }, words("log.changes_saved"));
    // Saving leads back to where one came from.
    await page.locator(".today-list").waitFor();
  }

  private async type(page: Page, chance: Chance, strike: Strike, tag: string, draft: string): Promise<string> {
    this.versions += 1;
    const note = `[${tag}.${this.versions}] ${chance.pick(SENTENCES)}`;
    this.did.push(`  typing ${note}`);
    const waits = chance.happens(0.5);
    const pauseMs = chance.below(25);
    this.typing = { draft, note, stored: false };
    await page.getByTestId("note").fill(note.slice(0, -TYPED_CHARS));
    if (strike.plan.moment === "typing" && waits) {
      await page.getByTestId("note").fill(note);
      await untilStored(page, draft, note);
      this.typing.stored = true;
      strike.reach("typing");
      await strike.falling(0);
    }
    strike.reach("typing");
    await page.getByTestId("note").pressSequentially(note.slice(-TYPED_CHARS), { delay: pauseMs });
    return note;
  }

  private async save(page: Page, strike: Strike, tag: string, state: State, message: string): Promise<void> {
    await this.tap(page, "save-entry", strike, tag, state, message);
    this.typing = undefined;
  }

  private async delete(page: Page, strike: Strike, tag: string, state: Live): Promise<void> {
    await this.tap(page, "entry-delete", strike, tag, DELETED, words("entry.deleted"));
    this.lastDeleted = { tag, state, atMs: performance.now() };
  }

  private async undo(page: Page, strike: Strike): Promise<void> {
    const deleted = this.lastDeleted;
    this.lastDeleted = undefined;
    const inTime = deleted !== undefined && performance.now() - deleted.atMs < UNDO_MS_MAX;
    // Another message may have taken its place.
    if (inTime && (await page.getByTestId("undo").isVisible())) {
      await this.tap(page, "undo", strike, deleted.tag, deleted.state, words("entry.undone"));
    }
  }

  /** Taps, and waits until the app has called it done. */
  private async tap(
    page: Page,
    button: Button,
    strike: Strike,
    tag: string,
    state: State,
    message: string,
  ): Promise<void> {
    this.doing = { tag, state, message };
    const called = this.called(tag, state, strike.pageGone);
    const tapped = tapAtOnce(page, button, button === "entry-delete" ? `[${tag}.` : "");
    this.ledger.tries(tag, state);
    strike.reach("saving");
    await Promise.all([tapped, called]);
  }

  private called(tag: string, state: State, pageGone: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        unlisten();
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`${tag} was not called ${state.kind} within ${CALLED_MS_MAX} ms`));
      }, CALLED_MS_MAX);
      const unlisten = this.ledger.listen(() => {
        if (this.ledger.isCalled(tag, state)) {
          end();
          resolve();
        }
      });
      pageGone.addEventListener("abort", () => {
        end();
        resolve();
      });
    });
  }
}

/**
 * Taps a button as soon as it is there, within the page: a list may be drawn anew at any moment, and a tap that takes
 * several messages could meet a button that is no longer on the screen.
 */
async function tapAtOnce(page: Page, button: Button, entry: string): Promise<void> {
  await page.waitForFunction(
    ({ button, entry }) => {
      const within = (found: Element) => found.closest("[data-testid=entry]")?.textContent?.includes(entry);
      const all = document.querySelectorAll<HTMLElement>(`[data-testid="${button}"]`);
      const found = [...all].find((each) => entry === "" || within(each));
      found?.click();
      return found !== undefined;
    },
    { button, entry },
    { polling: TAP_POLL_MS },
  );
}

function entryOf(page: Page, tag: string): Locator {
  return page.getByTestId("entry").filter({ hasText: `[${tag}.` });
}

/** Waits until the database holds this text as a draft: then the app has had the time that it needs. */
async function untilStored(page: Page, draft: string, note: string): Promise<void> {
  const deadline = performance.now() + DRAFT_MS_MAX;
  while ((await readDevice(page)).drafts[draft]?.note !== note) {
    if (performance.now() > deadline) {
      throw new Error(`the draft was not stored within ${DRAFT_MS_MAX} ms`);
    }
  }
}
