// The worker's listeners. They are registered while the script is evaluated: a listener that comes later
// misses the event that woke the worker. No business logic and no skipWaiting of the worker's own accord.

self.addEventListener("install", (event) => {
  event.waitUntil(installBuild());
});

self.addEventListener("activate", (event) => {
  // Claiming makes the first visit's page work offline at once. For an update it changes nothing: pages
  // keep their files, see lookUpInBuilds.
  event.waitUntil(Promise.all([pruneBuilds(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  const strategy = strategyFor(event.request);
  if (strategy !== "network") {
    event.respondWith(respond(strategy, event.request));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag === FLUSH_TAG) {
    event.waitUntil(flushForSync(event.lastChance));
  }
});

self.addEventListener("push", (event) => {
  event.waitUntil(showReminder());
});

self.addEventListener("notificationclick", (event) => {
  event.waitUntil(answerReminder(event.notification, event.action));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(resubscribe(event));
});

self.addEventListener("message", (event) => {
  switch (event.data?.type) {
    case "activate-update":
      // Only the page's button sends this: a person said yes.
      event.waitUntil(self.skipWaiting());
      break;
    case "version":
      event.ports[0]?.postMessage({ type: "version", version: LUME_BUILD.version });
      break;
    default:
      // A page of another version may know messages that this worker does not.
      break;
  }
});
