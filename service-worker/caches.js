// The worker's caches: one per build, named after its version, so that a build is there as a whole or not
// at all; and one copy of the runtime configuration. Answers of the API are kept in none of them.
//
// These files are joined into one classic script by `cargo xtask build`, behind the engine's glue and a first line
//   "use strict"; const LUME_BUILD = {"version": "<hex>", "engine": "/path", "files": [["/path", "<base64 of SHA-256>"], …]};

const BUILD_CACHE_PREFIX = "lume-build-";
const CONFIG_CACHE = "lume-config";
/** Written last: a build's cache without it is the leftover of an install that was cut off. */
const COMPLETE_MARK = "/.complete";
/** This build and the one before, whose pages may still be open. */
const BUILDS_KEPT = 2;
/** With pages open, which may have seen several updates go by: a bound, so that storage stays bounded. */
const BUILDS_KEPT_WITH_PAGES_OPEN = 4;

function buildCacheName() {
  return BUILD_CACHE_PREFIX + LUME_BUILD.version;
}

/** Names of all builds' caches, oldest first: `caches.keys()` lists them in the order of their making. */
async function buildCacheNames() {
  const names = await caches.keys();
  return names.filter((name) => name.startsWith(BUILD_CACHE_PREFIX));
}

async function isComplete(cacheName) {
  return (await lookUp(cacheName, COMPLETE_MARK)) !== undefined;
}

/** Finds a file in one cache. The server's `Vary` is about compression, which is undone by now. */
function lookUp(cacheName, path) {
  return caches.match(path, { cacheName, ignoreVary: true, ignoreSearch: true });
}

/** Finds a file in this build and else in those of older and newer builds, newest first. */
async function lookUpInBuilds(path) {
  const own = buildCacheName();
  const others = (await buildCacheNames()).filter((name) => name !== own).reverse();
  for (const name of [own, ...others]) {
    const hit = await lookUp(name, path);
    if (hit) {
      return hit;
    }
  }
  return undefined;
}

/** Deletes builds that no open page can need any more. Never this worker's own. */
async function pruneBuilds() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const keep = pages.length > 0 ? BUILDS_KEPT_WITH_PAGES_OPEN : BUILDS_KEPT;
  const own = buildCacheName();
  const others = (await buildCacheNames()).filter((name) => name !== own);
  const surplus = others.slice(0, Math.max(0, others.length - (keep - 1)));
  await Promise.all(surplus.map((name) => caches.delete(name)));
}
