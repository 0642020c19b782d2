/** What a mood says, as far as the ledger compares it. */
export interface Live {
  kind: "live";
  note: string;
  mood: string;
}

/** Where an entry stands: never made, as it reads, or deleted. */
export type State = { kind: "absent" } | Live | { kind: "deleted" };

export const ABSENT: State = { kind: "absent" };
export const DELETED: State = { kind: "deleted" };

/** One entry as its person knows it. */
export interface Entry {
  tag: string;
  /** Its id, once seen. */
  id?: string;
  /** What the app last said that it is. */
  called: State;
  /** What was done since and not called done: each may have happened or not, in this order. */
  tried: State[];
}

/** What must not be. */
export interface Violation {
  kind: "lost" | "came back" | "twice" | "torn" | "foreign" | "stuck" | "changed bytes" | "draft" | "damaged";
  what: string;
}

const TAG = /\[(e\d+)\.\d+\]/;

/** The mark by which an entry is known, whatever its note has become. */
export function tagOf(note: string | null | undefined): string | undefined {
  return TAG.exec(note ?? "")?.[1];
}

export function isSame(one: State, other: State): boolean {
  return one.kind === "live" && other.kind === "live"
    ? one.note === other.note && one.mood === other.mood
    : one.kind === other.kind;
}

export function show(state: State): string {
  return state.kind === "live" ? `"${state.note}" (${state.mood})` : state.kind;
}

/**
 * What the app called saved. An action is `tried` when it begins, and `called` as soon as the app has said that it is
 * done: what was called is owed, what was only tried may have happened or not.
 */
export class Ledger {
  readonly entries = new Map<string, Entry>();
  /** How often the app called something done. */
  calls = 0;
  private listeners: (() => void)[] = [];

  tries(tag: string, state: State): void {
    const entry = this.entries.get(tag) ?? { tag, called: ABSENT, tried: [] };
    entry.tried.push(state);
    this.entries.set(tag, entry);
  }

  /**
   * The app showed an entry, or called an action done. A state older than the last one called is a screen that lags
   * behind: what holds is read from the databases.
   */
  told(tag: string, state: State): void {
    const entry = this.entries.get(tag);
    if (entry === undefined) {
      return;
    }
    const place = entry.tried.findIndex((tried) => isSame(tried, state));
    if (place >= 0) {
      entry.called = state;
      entry.tried = entry.tried.slice(place + 1);
      this.calls += 1;
      for (const listener of this.listeners) {
        listener();
      }
    }
  }

  /** Calls back whenever something was called done. Returns how to end it. */
  listen(listener: () => void): () => void {
    this.listeners.push(listener);
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }

  isCalled(tag: string, state: State): boolean {
    const entry = this.entries.get(tag);
    return entry !== undefined && isSame(entry.called, state);
  }

  /** Everything an entry may be by now. */
  permitted(entry: Entry): State[] {
    return [entry.called, ...entry.tried];
  }

  /** After a restart nothing is under way: what is on the device is what its person sees, and is owed from here on. */
  settle(tag: string, state: State): void {
    const entry = this.entries.get(tag);
    if (entry !== undefined) {
      entry.called = state;
      entry.tried = [];
    }
  }

  /** The entries that are there, the newest last. */
  live(): (Entry & { called: Live })[] {
    const isLive = (entry: Entry): entry is Entry & { called: Live } => entry.called.kind === "live";
    return [...this.entries.values()].filter(isLive);
  }
}
