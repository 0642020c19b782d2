// Databases as JSON and back, by the browser's own API alone: no code of the app may stand between a fixture and the
// database that it describes. Bytes are `{"$bytes": "<base64>"}`; a key that can't leave its browser is
// `{"$key": true}`, and another one takes its place.

"use strict";

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function toPlain(value) {
  if (value instanceof Uint8Array) {
    return { $bytes: btoa(String.fromCharCode(...value)) };
  }
  if (value instanceof CryptoKey) {
    return { $key: true };
  }
  if (Array.isArray(value)) {
    return value.map(toPlain);
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.keys(value).sort().map((name) => [name, toPlain(value[name])]));
  }
  return value;
}

function fromPlain(plain, key) {
  if (Array.isArray(plain)) {
    return plain.map((item) => fromPlain(item, key));
  }
  if (plain === null || typeof plain !== "object") {
    return plain;
  }
  if ("$bytes" in plain) {
    return Uint8Array.from(atob(plain.$bytes), (char) => char.charCodeAt(0));
  }
  if ("$key" in plain) {
    return key;
  }
  return Object.fromEntries(Object.entries(plain).map(([name, item]) => [name, fromPlain(item, key)]));
}

/** Everything in a database, as it stands. */
async function dump(name) {
  const database = await done(indexedDB.open(name));
  const names = [...database.objectStoreNames];
  const transaction = database.transaction(names);
  const stores = {};
  for (const store of names.map((name) => transaction.objectStore(name))) {
    const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    stores[store.name] = {
      keyPath: store.keyPath,
      autoIncrement: store.autoIncrement,
      indices: [...store.indexNames].map((name) => {
        const { keyPath, unique } = store.index(name);
        return { name, keyPath, unique };
      }),
      rows: values.map((value, at) => ({ key: keys[at], value: toPlain(value) })),
    };
  }
  const { version } = database;
  database.close();
  return { version, stores };
}

/** Makes a database that is what a dump says. */
async function load(name, { version, stores }) {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const opening = indexedDB.open(name, version);
  opening.onupgradeneeded = () => {
    for (const [name, { keyPath, autoIncrement, indices, rows }] of Object.entries(stores)) {
      const store = opening.result.createObjectStore(name, { keyPath, autoIncrement });
      for (const index of indices) {
        store.createIndex(index.name, index.keyPath, { unique: index.unique });
      }
      for (const row of rows) {
        store.put(fromPlain(row.value, key), ...(keyPath === null ? [row.key] : []));
      }
    }
  };
  (await done(opening)).close();
}

globalThis.rawDatabase = {
  dump: async (name) => JSON.stringify(await dump(name), null, 1),
  load: (name, text) => load(name, JSON.parse(text)),
};
