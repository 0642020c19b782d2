import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { ROOT } from "./paths.ts";

type Catalogue = { [name: string]: string | Catalogue };

const ENGLISH: Catalogue = JSON.parse(readFileSync(resolve(ROOT, "locales/en.json"), "utf8"));

/** The app's own words, by their name in the catalogue: `entry.deleted`. */
export function words(name: string, values: { [name: string]: string } = {}): string {
  let found: string | Catalogue | undefined = ENGLISH;
  for (const part of name.split(".")) {
    found = typeof found === "object" ? found[part] : undefined;
  }
  if (typeof found !== "string") {
    throw new Error(`the catalogue has no ${name}`);
  }
  return found.replace(/\{(\w+)\}/g, (whole, value: string) => values[value] ?? whole);
}
