import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, "../../..");

/** The release server; `cargo xtask e2e` says where cargo has put it. */
export const SERVER = process.env.LUME_SERVER ?? resolve(ROOT, "target/release/lume-server");
/** The release app. */
export const DIST = process.env.LUME_DIST ?? resolve(ROOT, "dist");
/** The browser. */
export const CHROMIUM =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
