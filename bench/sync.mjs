// Measures two-way sync: how long it takes, and how many requests, until many pending events are at the server, in
// batches and, as the reference, one request each; how long a new device takes to get everything of an account, and in
// how much memory; and how soon a change on one device shows on another. In headless Chromium on this machine, with the
// server on it as well.
//
//   cargo xtask bench sync [--events N] [--entries N] [--rounds N]

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { report, withLume } from "./lume.mjs";

const API_KEY = "bench-key";
const PATIENCE_MS = 1_800_000;
const LOOK_MS = 500;
/** Most events in a request that seeds the server. */
const SEED_EVENTS_MAX = 50;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "10000" },
    entries: { type: "string", default: "100000" },
    rounds: { type: "string", default: "20" },
  },
});
const [events, entries, rounds] = [values.events, values.entries, values.rounds].map(Number);

await withLume(["--api-key", API_KEY, "--requests-per-minute", "1000000"], async ({ origin, browser }) => {
  const device = async () => {
    // Without the worker, which could send as well.
    const context = await browser.newContext({ serviceWorkers: "block" });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    return { origin, context, page };
  };
  if (events > 0) {
    await compareDrains(device);
  }
  if (rounds > 0) {
    await measureHints(device);
  }
  if (entries > 0) {
    await measureRestore(device, browser);
  }
});

async function compareDrains(device) {
  const single = await drain(await device(), { batches: false });
  const batches = await drain(await device(), { batches: true });
  const line = (name, { requests, ms }) =>
    console.log(`   ${name.padEnd(24)} ${String(requests).padStart(8)} requests ${(ms / 1_000).toFixed(1).padStart(8)} s`);
  console.log(`   ${events} pending events`);
  line("one request each", single);
  line("batches", batches);
  const [fewer, less] = [single.requests / batches.requests, single.ms / batches.ms];
  console.log(`   ${"ratio".padEnd(24)} ${fewer.toFixed(1).padStart(8)} times    ${less.toFixed(1).padStart(8)} times`);
}

async function drain({ origin, context, page }, { batches }) {
  if (!batches) {
    await page.route("**/api/v1/capabilities", withoutBatches);
  }
  await signUp(origin, page, newAccount());
  await context.setOffline(true);
  await importEntries(page, events);
  const status = page.getByTestId("sync-status");
  await status.and(page.locator(`[data-pending="${events}"]`)).waitFor();
  let requests = 0;
  page.on("request", (request) => {
    requests += Number(request.method() !== "GET" && /^\/api\/v1\/(moods|events)/.test(new URL(request.url()).pathname));
  });
  const before = performance.now();
  await context.setOffline(false);
  await status.and(page.locator('[data-state="synced"][data-pending="0"]')).waitFor();
  const ms = performance.now() - before;
  await context.close();
  return { requests, ms };
}

/** The server as it would be without batches. */
async function withoutBatches(route) {
  const answer = await route.fetch();
  const body = await answer.json();
  body.data.features = body.data.features.filter((feature) => feature !== "batch");
  await route.fulfill({ response: answer, json: body });
}

/** From the tap on one device until the entry is on the screen of the other one. */
async function measureHints(device) {
  const account = newAccount();
  const [one, other] = [await device(), await device()];
  await signUp(one.origin, one.page, account);
  await signIn(other.origin, other.page, account);
  for (const { page } of [one, other]) {
    await page.getByTestId("sync-status").and(page.locator('[data-state="synced"]')).waitFor();
  }
  const samples = [];
  for (let round = 0; round < rounds; round += 1) {
    const note = `Hint ${round}.`;
    await one.page.getByTestId("mood-happy").click();
    await one.page.getByTestId("note").fill(note);
    const before = performance.now();
    await one.page.getByTestId("save-entry").click();
    await other.page.getByTestId("entry").filter({ hasText: note }).waitFor();
    samples.push(performance.now() - before);
  }
  report({ "shows on another device": samples });
  await one.context.close();
  await other.context.close();
}

async function measureRestore(device, browser) {
  const account = newAccount();
  const { origin, context, page } = await device();
  await seed(origin, account, entries);
  await page.goto(origin);
  await page.getByTestId("mood-happy").waitFor();
  const empty = await pageMemoryMb(browser);
  const before = performance.now();
  await signIn(origin, page, account);
  await page.getByTestId("first-listing").waitFor();
  const saving = performance.now();
  await page.getByTestId("mood-happy").click();
  await page.getByTestId("note").fill("Meanwhile.");
  await page.getByTestId("save-entry").click();
  await page.getByTestId("entry").filter({ hasText: "Meanwhile." }).waitFor();
  const saved = performance.now();
  while ((await page.evaluate(countEntries)) < entries + 1 && performance.now() - before < PATIENCE_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const seconds = (performance.now() - before) / 1_000;
  console.log(`   ${entries} entries on a new device: ${seconds.toFixed(1)} s`);
  console.log(`   an entry that was made and saved meanwhile: ${(saved - saving).toFixed(0)} ms`);
  console.log(`   peak memory of a page: ${await pageMemoryMb(browser)} MiB, of one without entries ${empty} MiB`);
  await context.close();
}

/** The largest peak of resident memory among the processes that show pages. */
async function pageMemoryMb(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const pages = processInfo.filter(({ type }) => type === "renderer");
  const peaks = pages.map(async ({ id }) => {
    const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024;
  });
  return Math.round(Math.max(...(await Promise.all(peaks))));
}

/** Runs in the page: the entries in all of its databases. */
async function countEntries() {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  let count = 0;
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    if (database.objectStoreNames.contains("entries")) {
      count += await done(database.transaction("entries").objectStore("entries").count());
    }
    database.close();
  }
  return count;
}

async function seed(origin, account, count) {
  const call = async (path, token, body) => {
    const headers = { "content-type": "application/json", "x-api-key": API_KEY };
    const answer = await fetch(origin + path, {
      method: "POST",
      headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    const { data, error } = await answer.json();
    if (!answer.ok) {
      throw new Error(`${path}: ${answer.status} ${error?.code}`);
    }
    return data;
  };
  const { email, password, name, birth } = account;
  await call("/api/v1/auth/register", undefined, { email, password, name, date_of_birth: birth });
  let token;
  for (let from = 0; from < count; from += SEED_EVENTS_MAX) {
    if (from % 20_000 === 0) {
      // A token does not live for as long as this may take.
      ({ access_token: token } = await call("/api/v1/auth/login", undefined, { email, password }));
    }
    const items = Array.from({ length: Math.min(SEED_EVENTS_MAX, count - from) }, (_, at) => {
      const { id, ...content } = entry(from + at);
      return { event_id: randomUUID(), type: "mood.created", entity_id: id, payload: wired(id, content) };
    });
    const { results } = await call("/api/v1/events:batch", token, { events: items });
    if (results.some(({ status }) => status !== "applied")) {
      throw new Error(JSON.stringify(results.find(({ status }) => status !== "applied")));
    }
  }
}

/** One of the entries that are imported or seeded, an hour apart. */
function entry(number) {
  const at = new Date(Date.UTC(2010, 0, 1) + number * 3_600_000).toISOString();
  return { id: randomUUID(), at, note: `Entry ${number}: a walk by the river, and a talk with an old friend.` };
}

/** As it travels. */
function wired(id, { at, note }) {
  return { id, mood: "happy", date: at, timezone: "Europe/Berlin", note, associations: [], source: "manual" };
}

async function importEntries(page, count) {
  const entities = Array.from({ length: count }, (_, number) => {
    const { id, at, note } = entry(number);
    const local_time = at.replace("Z", "");
    const content = { at, zone: "UTC", local_time, labels: ["happy"], associations: [], note, source: "manual" };
    const entity = { ...content, created_at: at, updated_at: at };
    return { kind: "mood", id, at_backend: "no", deleted: false, entity, events: [] };
  });
  const text = JSON.stringify({ format: "lume-unsent", version: 1, account: null, entities });
  await page.getByTestId("sync-status").click();
  const chooser = page.waitForEvent("filechooser");
  await page.getByTestId("import-unsent").click();
  await (await chooser).setFiles({ name: "unsent.json", mimeType: "application/json", buffer: Buffer.from(text) });
  await page.getByTestId("import-run").click();
  await page.getByText("The import is done").waitFor();
}

function newAccount() {
  return { email: `${randomUUID()}@example.org`, password: `bench ${randomUUID()}`, name: "Bench", birth: "1990-05-17" };
}

async function signUp(origin, page, account) {
  await fillBackend(origin, page);
  await page.getByRole("radio", { name: /create an account/i }).check();
  await page.getByTestId("auth-name").fill(account.name);
  await page.getByTestId("auth-birth").fill(account.birth);
  await submit(origin, page, account);
}

async function signIn(origin, page, account) {
  await fillBackend(origin, page);
  await page.getByRole("radio", { name: /sign in/i }).check();
  await submit(origin, page, account);
}

async function fillBackend(origin, page) {
  await page.goto(`${origin}/settings`);
  await page.getByTestId("mode-synced").click();
  await page.getByTestId("backend-url").fill(origin);
  await page.getByTestId("api-key").fill(API_KEY);
  await page.getByTestId("auth-email").waitFor();
}

async function submit(origin, page, { email, password }) {
  await page.getByTestId("auth-email").fill(email);
  await page.getByTestId("auth-password").fill(password);
  await page.getByTestId("auth-submit").click();
  await page.locator('[data-testid="sync-status"]:not([data-state="device"])').waitFor();
  await page.goto(`${origin}/`);
  await page.getByTestId("mood-happy").waitFor();
}
