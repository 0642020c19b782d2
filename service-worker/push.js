// Reminders: a push says that it is time, and nothing else. The words come from the app, which leaves them here in the
// language that the person has chosen; what a tap leads to is the app's business, in a page that is open or in a new one.
//
// An open page is sent {type: "reminder", action}, where the action is
//   "log"     show the form for an entry
//   "snooze"  remind again in an hour
// and {type: "resubscribed"} when the browser has changed where pushes go.

/** Where the app leaves the words: a cache of their own, since a build's cache goes with the build. */
const WORDS_CACHE = "lume-reminder";
const WORDS = "/.reminder-words";
/** One notification at a time: a later one takes the place of one that nobody has looked at. */
const REMINDER_TAG = "lume-reminder";
/** What a tap opens where there is no page. */
const ADDRESSES = { log: "/?log=1", snooze: "/?snooze=60" };
const ENGLISH = {
  title: "How are you?",
  body: "A moment to note how you feel.",
  log: "Log now",
  snooze: "Snooze 1 h",
  lang: "en",
  dir: "ltr",
};

/** Shows the question. Whatever a push holds, a browser wants to see something shown for it. */
async function showReminder() {
  const words = await reminderWords();
  await self.registration.showNotification(words.title, {
    body: words.body,
    lang: words.lang,
    dir: words.dir,
    tag: REMINDER_TAG,
    icon: "/icons/lume-192.png",
    badge: "/icons/lume-192.png",
    actions: [
      { action: "log", title: words.log },
      { action: "snooze", title: words.snooze },
    ],
  });
}

/** The app's words, each that is missing in English. */
async function reminderWords() {
  try {
    const left = await caches.match(WORDS, { cacheName: WORDS_CACHE });
    const words = left ? await left.json() : {};
    const told = Object.entries(words).filter(([name, word]) => name in ENGLISH && typeof word === "string" && word);
    return { ...ENGLISH, ...Object.fromEntries(told) };
  } catch {
    return ENGLISH;
  }
}

/** Goes to a page of the app, one that is looked at first, or opens one. */
async function answerReminder(notification, chosen) {
  const action = chosen === "snooze" ? "snooze" : "log";
  notification.close();
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((page) => page.visibilityState === "visible") ?? pages[0];
  if (!page) {
    await self.clients.openWindow(ADDRESSES[action]);
    return;
  }
  page.postMessage({ type: "reminder", action });
  // A person who snoozes wants to go on with what they do.
  if (action === "log") {
    await page.focus();
  }
}

/** Subscribes anew where the browser has ended the subscription, and has a page hand it in; else the next start does. */
async function resubscribe(event) {
  const key = event.oldSubscription?.options?.applicationServerKey;
  if (!event.newSubscription && key) {
    await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const page of pages) {
    page.postMessage({ type: "resubscribed" });
  }
}
