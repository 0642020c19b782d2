// Install: the whole build into its cache, each file checked, or nothing. A half-updated app is worse than
// yesterday's, so any doubt about any file fails the install and the worker before stays in charge.

/** A file that takes longer counts as missing; the browser tries the update again by itself. */
const DOWNLOAD_MS_MAX = 120_000;
const DOWNLOADS_AT_ONCE = 6;

/** Downloads and checks every file of this build. Rejects, leaving no trace, if one of them is not right. */
async function installBuild() {
  const name = buildCacheName();
  if (await isComplete(name)) {
    // The same build once more, e.g. after the worker was unregistered: its pages may be using the cache.
    return;
  }
  // An install that was cut off may have left something here, and its files were never all checked.
  await caches.delete(name);
  try {
    const cache = await caches.open(name);
    await downloadAll(cache);
    await cache.put(COMPLETE_MARK, new Response(LUME_BUILD.version));
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
}

/** Works through the list, a few at a time, and stops at the first file that fails. */
async function downloadAll(cache) {
  const left = [...LUME_BUILD.files];
  let failed = false;
  async function work() {
    for (let file = left.shift(); file && !failed; file = left.shift()) {
      try {
        await downloadOne(cache, ...file);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  // All of them, also after a failure: nothing may be writing to the cache when it is deleted.
  const outcomes = await Promise.allSettled(Array.from({ length: DOWNLOADS_AT_ONCE }, work));
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) {
    throw failure.reason;
  }
}

async function downloadOne(cache, path, sha256) {
  const known = await reusable(path, sha256);
  const answer =
    known ??
    (await fetch(path, {
      cache: "reload",
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(DOWNLOAD_MS_MAX),
    }));
  await check(answer.clone(), path, sha256);
  await cache.put(path, answer);
}

/** A file whose name carries its hash is the same in every build: an update downloads only what changed. */
async function reusable(path, sha256) {
  const hit = await lookUpInBuilds(path);
  return hit && (await sha256Of(await hit.clone().arrayBuffer())) === sha256 ? hit : undefined;
}

/** Throws unless the answer is exactly the file that was built: no error page, no portal, no older copy. */
async function check(answer, path, sha256) {
  if (answer.status !== 200 || answer.type !== "basic" || answer.redirected) {
    throw new Error(`${path}: answered ${answer.status} ${answer.type}${answer.redirected ? " redirected" : ""}`);
  }
  const actual = await sha256Of(await answer.arrayBuffer());
  if (actual !== sha256) {
    throw new Error(`${path}: its content is not that of this build`);
  }
}

/** SHA-256 in base64, as it stands in the list. */
async function sha256Of(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return btoa(String.fromCharCode(...digest));
}
