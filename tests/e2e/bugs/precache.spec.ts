import type { Page } from "@playwright/test";

import type { Fault } from "../support/proxy.ts";
import { expect, test } from "../support/test.ts";
import { cachedBuilds, untilInstalled } from "../support/worker.ts";

/** A file that no page loads by itself, so that only the worker's install notices what befalls it. */
const FILE = /^\/icons\/lume-512\.png$/;

const FAULTS: Record<string, Fault> = {
  "is missing": { kind: "answer", status: 404 },
  "is a portal's page with status 200": {
    kind: "answer",
    status: 200,
    headers: { "content-type": "text/html" },
    body: "<!DOCTYPE html><p>Please accept our terms.</p>",
  },
  "is redirected": { kind: "answer", status: 302, headers: { location: "/icons/lume-192.png" } },
  "is an empty 204": { kind: "answer", status: 204 },
  "never arrives": { kind: "reset" },
};

for (const [what, fault] of Object.entries(FAULTS)) {
  test(`nothing is installed when one file ${what}, and everything once it is right`, async ({ app, net }) => {
    const end = net.fault("GET", FILE, fault);
    await app.open();
    await expect.poll(() => net.count("GET", FILE)).toBeGreaterThan(0);
    await expect.poll(() => installing(app.page)).toBe(false);
    expect(await cachedBuilds(app.page)).toEqual([]);

    end();
    await app.page.reload();
    await untilInstalled(app.page);
    expect(await cachedBuilds(app.page)).toHaveLength(1);
  });
}

/** Whether an install is still going on, or has led to a worker. */
function installing(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return Boolean(registration?.installing ?? registration?.waiting ?? registration?.active);
  });
}
