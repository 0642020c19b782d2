import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { ROOT } from "./paths.ts";

type Catalogue = { [name: string]: string | Catalogue };

const CATALOGUES = new Map<string, Catalogue>();

/** The app's own words, by their name in the catalogue: `entry.deleted`. */
export function words(name: string, values: { [name: string]: string } = {}, language = "en"): string {
  let found: string | Catalogue | undefined = catalogue(language);
  for (const part of name.split(".")) {
    found = typeof found === "object" ? found[part] : undefined;
  }
  if (typeof found !== "string") {
    throw new Error(`the catalogue has no ${name}`);
  }
  return found.replace(/\{(\w+)\}/g, (whole, value: string) => values[value] ?? whole);
}

function catalogue(language: string): Catalogue {
  const known = CATALOGUES.get(language);
  if (known !== undefined) {
    return known;
  }
  const read: Catalogue = JSON.parse(readFileSync(resolve(ROOT, `locales/${language}.json`), "utf8"));
  CATALOGUES.set(language, read);
  return read;
}
