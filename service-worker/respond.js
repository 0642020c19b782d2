// How requests are answered. Same-origin GET only; everything else is left to the browser untouched.

/** Where the page lives in the cache: every route of the app is this one file. */
const PAGE = "/";
const CONFIG = "/config.json";
/** After this the last known configuration will do: a connection that hangs must not keep the app shut. */
const CONFIG_MS_MAX = 3_000;
/** Answered by the server alone, also when navigated to. */
const SERVER_PATHS = [/^\/api(\/|$)/, /^\/health$/, /^\/service-worker\.js$/];

/** Decides what a request gets: "network" (not touched), "config", "page" or "file". */
function strategyFor(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) {
    return "network";
  }
  if (SERVER_PATHS.some((pattern) => pattern.test(url.pathname))) {
    return "network";
  }
  if (url.pathname === CONFIG) {
    return "config";
  }
  return request.mode === "navigate" ? "page" : "file";
}

function respond(strategy, request) {
  switch (strategy) {
    case "config":
      return respondWithConfig(request);
    case "page":
      return respondWithPage(request);
    case "file":
      return respondWithFile(request);
    default:
      throw new Error(`no such strategy: ${strategy}`);
  }
}

/** The page of this worker's own build, so that page and worker match, online or not. */
async function respondWithPage(request) {
  // The browser may have evicted the cache; the network is then all there is.
  return (await lookUp(buildCacheName(), PAGE)) ?? fetch(request);
}

/** A file of this build, or of the build that the asking page belongs to, or else whatever the server has. */
async function respondWithFile(request) {
  return (await lookUpInBuilds(new URL(request.url).pathname)) ?? fetch(request);
}

/** The server's configuration if it can be had in time, else the copy of the last time. */
async function respondWithConfig(request) {
  const cache = await caches.open(CONFIG_CACHE);
  const copy = await cache.match(CONFIG, { ignoreVary: true });
  try {
    const signal = copy ? AbortSignal.timeout(CONFIG_MS_MAX) : undefined;
    const answer = await fetch(request, { cache: "no-cache", signal });
    if (await isConfig(answer.clone())) {
      await cache.put(CONFIG, answer.clone());
      return answer;
    }
    return copy ?? answer;
  } catch (error) {
    if (copy) {
      return copy;
    }
    throw error;
  }
}

/** Whether an answer is a configuration, and not a portal's page or an error. */
async function isConfig(answer) {
  if (answer.status !== 200 || answer.type !== "basic" || answer.redirected) {
    return false;
  }
  try {
    const config = await answer.json();
    return typeof config === "object" && config !== null && !Array.isArray(config);
  } catch {
    return false;
  }
}
