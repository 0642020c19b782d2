/** Counts the events in all outboxes of a device. Runs in the page, and reads the databases themselves. */
export async function countEvents(): Promise<number> {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  let events = 0;
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name ?? ""));
    if (database.objectStoreNames.contains("outbox")) {
      events += await done(database.transaction("outbox").objectStore("outbox").count());
    }
    database.close();
  }
  return events;
}
