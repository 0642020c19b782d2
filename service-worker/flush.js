// Background Sync: the browser wakes the worker when there is a network, also with no page open. A page that is
// being looked at does the work; without one the engine is loaded here and does it. What goes out, and under which
// account, is decided by the engine alone. A browser without Background Sync never calls any of this.
//
// The page is sent {type: "flush"} with a port, and answers on it {type: "flushed", outcome}, where the outcome is
//   "done"   nothing is left that could be sent
//   "left"   something is left, and another try may send it
//   "busy"   a pass goes on for too long: the worker is to see for itself

const FLUSH_TAG = "lume-flush";
/** A page of another version may not know the question, and one that has just been frozen can't answer. */
const PAGE_ANSWER_MS_MAX = 5_000;
/** Browsers end an event that takes three minutes. */
const FLUSH_MS_MAX = 150_000;

/** The engine's exports, from the first flush in this worker's life on: starting a worker must stay cheap. */
let engine;
/** The flush that is running: a second event waits for the same one. */
let flushing;

/** Sends what is pending. Rejects if something is left: that is how a worker asks the browser to try again. */
async function flushForSync(lastChance) {
  flushing ??= flushSomewhere().finally(() => {
    flushing = undefined;
  });
  if ((await flushing) === "done") {
    return;
  }
  if (lastChance) {
    await askForAnotherSync();
  }
  throw new Error("entries are left that could not be sent yet");
}

async function flushSomewhere() {
  try {
    return (await flushInPage()) ?? (await flushHere());
  } catch (error) {
    console.warn("lume: what is pending could not be sent from the background:", error);
    return "left";
  }
}

/** What a page that is being looked at has come to; nothing if there is none, or none that answers. */
async function flushInPage() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((page) => page.visibilityState === "visible");
  const answer = page && (await answerOf(page, { type: "flush" }));
  const outcome = answer?.type === "flushed" ? answer.outcome : undefined;
  return ["done", "left"].includes(outcome) ? outcome : undefined;
}

function answerOf(page, question) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAGE_ANSWER_MS_MAX);
    port1.onmessage = (event) => {
      clearTimeout(timer);
      resolve(event.data);
    };
    page.postMessage(question, [port2]);
  }).finally(() => port1.close());
}

async function flushHere() {
  engine ??= await loadEngine();
  return engine.flush(FLUSH_MS_MAX);
}

/** Instantiates the engine of this build: its glue is part of this script, its module lies in the cache. */
async function loadEngine() {
  const path = LUME_BUILD.engine;
  const answer = (await lookUp(buildCacheName(), path)) ?? (await downloadEngine(path));
  await wasm_bindgen({ module_or_path: await answer.arrayBuffer() });
  return wasm_bindgen;
}

/** The browser may have evicted the cache. */
async function downloadEngine(path) {
  const [, sha256] = LUME_BUILD.files.find(([known]) => known === path);
  const answer = await fetch(path, { credentials: "same-origin", redirect: "error" });
  await check(answer.clone(), path, sha256);
  return answer;
}

/** The browser has given up on this one. It takes another while a page is open; else the next page asks. */
async function askForAnotherSync() {
  try {
    await self.registration.sync.register(FLUSH_TAG);
  } catch {
    // Nothing is lost but time: what is pending is on the disk, and every page sends it when it opens.
  }
}
