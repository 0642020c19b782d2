// The page's side of the service worker: registers it, says when a new version is ready, and changes over
// only when the person has asked for it. The app talks to it through
//
//   window.lumeUpdateReady        true once a new version waits
//   "lume:update-ready"           an event on window, dispatched at the same time
//   window.lumeActivateUpdate()   changes over and reloads this page
//   window.lumeLookForUpdate()    asks the server; promises whether there is a new version

const WORKER_URL = "/service-worker.js";
/** Browsers look for a new worker on navigation only, and an installed app may stay open for days. */
const UPDATE_CHECK_MS_MIN = 60 * 60 * 1000;

let registration = null;
let accepted = false;
let reloading = false;
let lastCheckMs = performance.now();

function announce() {
  if (window.lumeUpdateReady) {
    return;
  }
  window.lumeUpdateReady = true;
  window.dispatchEvent(new CustomEvent("lume:update-ready"));
}

function reloadOnce() {
  if (!reloading) {
    reloading = true;
    location.reload();
  }
}

/** Asks the waiting worker to take over; the reload follows when it has. */
function activateUpdate() {
  accepted = true;
  const waiting = registration?.waiting;
  if (waiting) {
    waiting.postMessage({ type: "activate-update" });
  } else {
    // Another tab has changed over already: this page is the only old thing left.
    reloadOnce();
  }
}

function watchInstalling(worker) {
  worker?.addEventListener("statechange", () => {
    // Without a controller this is the first install, which is no update.
    if (worker.state === "installed" && navigator.serviceWorker.controller) {
      announce();
    }
  });
}

function checkForUpdate() {
  const nowMs = performance.now();
  if (document.visibilityState !== "visible" || nowMs - lastCheckMs < UPDATE_CHECK_MS_MIN) {
    return;
  }
  lastCheckMs = nowMs;
  // Offline is no news.
  registration.update().catch(() => {});
}

/** Rejects where the server can't be asked. */
async function lookForUpdate() {
  lastCheckMs = performance.now();
  if (!navigator.onLine) {
    // A browser may answer from what it has.
    throw new Error("there is no network");
  }
  await registration.update();
  return Boolean(registration.installing || registration.waiting);
}

async function register() {
  let controlled = Boolean(navigator.serviceWorker.controller);
  window.lumeActivateUpdate = activateUpdate;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (accepted) {
      reloadOnce();
    } else if (controlled) {
      // Accepted in another tab. This page goes on as it is: someone may be writing in it.
      announce();
    }
    // The first worker taking over a page that had none is no update.
    controlled = true;
  });
  registration = await navigator.serviceWorker.register(WORKER_URL, { scope: "/", updateViaCache: "none" });
  window.lumeLookForUpdate = lookForUpdate;
  watchInstalling(registration.installing);
  registration.addEventListener("updatefound", () => watchInstalling(registration.installing));
  if (registration.waiting && navigator.serviceWorker.controller) {
    announce();
  }
  document.addEventListener("visibilitychange", checkForUpdate);
}

if ("serviceWorker" in navigator) {
  try {
    await register();
  } catch (error) {
    console.warn("lume: the service worker could not be registered:", error);
  }
}
