/** A page of whatever engine, as far as the tests of this folder need it. */
export interface EnginePage {
  goto(address: string): Promise<void>;
  reload(): Promise<void>;
  click(selector: string): Promise<void>;
  /** Replaces what is in a field, as if it were typed. */
  fill(selector: string, text: string): Promise<void>;
  /** Runs a function in the page, which must name nothing from outside of itself but what it is given. */
  evaluate<Result, Given>(script: (given: Given) => Result | Promise<Result>, given?: Given): Promise<Result>;
}

/** A browser of some engine with a profile of its own. */
export interface EngineBrowser {
  /** Opens the browser, after it was killed or in place of the one before, with what its profile holds by now. */
  open(): Promise<EnginePage>;
  /** The browser's own idea of a network. Absent where nothing can change it from outside. */
  setOffline?(isOffline: boolean): Promise<void>;
  /** SIGKILL to all of it. Absent where the profile does not outlive the session. */
  kill?(): Promise<void>;
  /** Ends it and forgets its profile. */
  dispose(): Promise<void>;
}

/** What a field is found by, see the names that the product's page fixes. */
export function byTestId(name: string): string {
  return `[data-testid="${name}"]`;
}
