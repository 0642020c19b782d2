// A browser just big enough for the worker: caches, a server that can be told to misbehave, and events.

import { createHash, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const ORIGIN = "https://lume.example";
/** Where a build's engine lies. */
export const ENGINE = "/lume-worker-1.wasm";
/** The same parts in the same order as the build joins them (xtask/src/dist/worker.rs). */
const PARTS = ["caches.js", "install.js", "respond.js", "flush.js", "push.js", "events.js"];

/** An answer with the properties that node's own Response would not let a test set. */
export class FakeResponse {
  constructor(body = "", { status = 200, type = "basic", redirected = false } = {}) {
    Object.assign(this, { body, status, type, redirected, ok: status >= 200 && status < 300 });
  }
  clone() {
    return new FakeResponse(this.body, this);
  }
  async arrayBuffer() {
    return new TextEncoder().encode(this.body).buffer;
  }
  async text() {
    return this.body;
  }
  async json() {
    return JSON.parse(this.body);
  }
}

class FakeCache {
  files = new Map();
  async match(path) {
    return this.files.get(pathOf(path))?.clone();
  }
  async put(path, response) {
    this.files.set(pathOf(path), response.clone());
  }
}

export class FakeCaches {
  all = new Map();
  async keys() {
    return [...this.all.keys()];
  }
  async match(path, { cacheName }) {
    return this.all.get(cacheName)?.match(path);
  }
  async open(name) {
    if (!this.all.has(name)) {
      this.all.set(name, new FakeCache());
    }
    return this.all.get(name);
  }
  async delete(name) {
    return this.all.delete(name);
  }
  /** The paths in a build's cache, for assertions. */
  pathsOf(version) {
    return [...(this.all.get(`lume-build-${version}`)?.files.keys() ?? [])].sort();
  }
}

/** What the server has: path to text, or to a function that answers or throws. */
export class FakeServer {
  requests = [];
  constructor(files) {
    this.files = { ...files };
  }
  async fetch(target) {
    const path = pathOf(target);
    this.requests.push(path);
    const answer = this.files[path];
    if (answer === undefined) {
      return new FakeResponse("not found", { status: 404 });
    }
    return typeof answer === "function" ? answer() : new FakeResponse(answer);
  }
}

function pathOf(target) {
  return new URL(typeof target === "string" ? target : target.url, ORIGIN).pathname;
}

/** The list of files as the build would write it. */
export function listOf(files) {
  return Object.entries(files).map(([path, text]) => [path, createHash("sha256").update(text).digest("base64")]);
}

/** A page of the app; `answer` is what it answers a question with, if it answers at all. */
export function page({ visibilityState = "visible", answer } = {}) {
  const questions = [];
  return {
    visibilityState,
    questions,
    focused: 0,
    async focus() {
      this.focused++;
    },
    /** Set by the worker's start: lets the worker's timers run out. */
    passTime: () => {},
    postMessage(question, [port] = []) {
      questions.push({ ...question });
      if (!port) {
        return;
      }
      if (answer) {
        port.postMessage(answer);
      } else {
        setImmediate(this.passTime);
      }
    },
  };
}

/** The engine's glue: loads a module and ends with what `flush` says, which tests set. */
export class FakeEngine {
  loaded = [];
  limits = [];
  flush = async () => "done";
  glue() {
    const load = async ({ module_or_path }) => {
      this.loaded.push(new TextDecoder().decode(module_or_path));
    };
    load.flush = (limitMs) => {
      this.limits.push(limitMs);
      return this.flush();
    };
    return load;
  }
}

/**
 * Evaluates the worker of one build and returns handles on it. Without `sync` the browser is one that knows no
 * Background Sync. Its timers run out when a page has been asked that does not answer.
 */
export function startWorker({ version, files, caches, server, pages = [], engine = new FakeEngine(), sync }) {
  const listeners = {};
  const calls = { skipWaiting: 0, claim: 0, timers: [], warnings: [], shown: [], opened: [], subscribed: [] };
  const timers = new Set();
  for (const page of pages) {
    page.passTime = () => timers.forEach((call) => call());
  }
  const self = {
    location: new URL(ORIGIN),
    addEventListener: (type, listener) => (listeners[type] = listener),
    skipWaiting: async () => void calls.skipWaiting++,
    clients: {
      claim: async () => void calls.claim++,
      matchAll: async () => pages,
      openWindow: async (address) => void calls.opened.push(address),
    },
    registration: {
      sync,
      showNotification: async (title, options) => void calls.shown.push({ title, ...options }),
      pushManager: { subscribe: async (options) => void calls.subscribed.push({ ...options }) },
    },
  };
  const build = JSON.stringify({ version, engine: ENGINE, files: listOf(files) });
  const script = PARTS.map((part) => readFileSync(new URL(`../${part}`, import.meta.url), "utf8")).join("");
  const globals = {
    self,
    caches,
    crypto: webcrypto,
    fetch: (target) => server.fetch(target),
    Response: FakeResponse,
    AbortSignal,
    URL,
    btoa,
    console: { warn: (...words) => calls.warnings.push(words.map(String).join(" ")) },
    MessageChannel,
    clearTimeout: (call) => timers.delete(call),
    setTimeout(call, ms) {
      calls.timers.push(ms);
      timers.add(call);
      return call;
    },
    wasm_bindgen: engine.glue(),
  };
  vm.runInNewContext(`"use strict"; const LUME_BUILD = ${build};\n${script}`, globals);
  return { calls, listeners, ...drivers(listeners) };
}

function drivers(listeners) {
  const extend = (type, event = {}) => {
    let work = Promise.resolve();
    listeners[type]({ ...event, waitUntil: (promise) => (work = promise) });
    return work;
  };
  return {
    install: () => extend("install"),
    activate: () => extend("activate"),
    message: (data, ports = []) => extend("message", { data, ports }),
    push: (data) => extend("push", { data }),
    /** A tap on a notification, or on one of its buttons. */
    tap(action = "") {
      const notification = { closed: false, close: () => (notification.closed = true) };
      return extend("notificationclick", { notification, action }).then(() => notification);
    },
    resubscribe: (event) => extend("pushsubscriptionchange", event),
    sync: (tag, { lastChance = false } = {}) => extend("sync", { tag, lastChance }),
    /** The worker's answer, or undefined when it leaves the request to the browser. */
    fetch(path, { method = "GET", mode = "cors" } = {}) {
      let answer;
      const request = { url: new URL(path, ORIGIN).href, method, mode };
      listeners.fetch({ request, respondWith: (promise) => (answer = promise) });
      return answer;
    },
  };
}
