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
export const FIREFOX =
  process.env.FIREFOX ?? ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find(existsSync) ?? "firefox-esr";
/** WebKit's driver, which starts a small browser that comes with it. */
export const WEBKIT_DRIVER = process.env.SAFARIDRIVER ?? "WebKitWebDriver";
/** What gives a program a display. */
export const XVFB_RUN = process.env.XVFB_RUN ?? "xvfb-run";
