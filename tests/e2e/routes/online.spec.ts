import { expect, test } from "../support/test.ts";

const ROUTES = ["/", "/history", "/sync", "/settings"];

test("every route can be linked to, and is one page under a strict policy", async ({ app, request }) => {
  const pages = new Set<string>();
  for (const route of ROUTES) {
    const answer = await request.get(app.origin + route);
    expect(answer.status(), route).toBe(200);
    const policy = answer.headers()["content-security-policy"] ?? "";
    expect(policy, route).toContain("script-src 'self'");
    expect(policy, route).not.toMatch(/script-src[^;]*'unsafe-inline'/);
    expect(answer.headers()["cache-control"], route).toContain("no-cache");
    pages.add(await answer.text());
    await app.open(route);
  }
  expect(pages.size).toBe(1);
});

test("hashed files are cached for ever and arrive compressed", async ({ app, build, request }) => {
  const script = await build.registerScript();
  const answer = await request.get(app.origin + script, { headers: { "accept-encoding": "br" } });
  expect(answer.headers()["cache-control"]).toContain("immutable");
  expect(answer.headers()["content-encoding"]).toBe("br");
  const missing = await request.get(`${app.origin}/register-0000000000000000.js`);
  expect(missing.status(), "a file that is gone is not the page").toBe(404);
});

test("the app can be installed: manifest, icons and the shortcuts are there", async ({ app, request }) => {
  await app.open();
  const href = await app.page.locator('link[rel="manifest"]').getAttribute("href");
  const answer = await request.get(new URL(href ?? "", app.origin).href);
  expect(answer.headers()["content-type"]).toContain("application/manifest+json");
  const manifest = await answer.json();
  expect(manifest).toMatchObject({ id: "/", name: "Lume", start_url: "/", display: "standalone" });
  const purposes = manifest.icons.map((icon: { purpose: string }) => icon.purpose);
  expect(purposes).toContain("maskable");
  for (const icon of manifest.icons) {
    const image = await request.get(new URL(icon.src, app.origin).href);
    expect(image.headers()["content-type"], icon.src).toBe(icon.type);
  }
  const [log, ...places] = manifest.shortcuts.map((shortcut: { url: string }) => shortcut.url);
  await app.open(log);
  await expect(app.page.getByTestId("mood-happy")).toBeVisible();
  expect(places).toEqual(["/history", "/insights"]);
  for (const place of places) {
    await app.open(place);
    await expect(app.page.locator(`a[href="${place}"][aria-current="page"]`).first()).toBeVisible();
  }
});

test("the worker's and the configuration's files are asked for anew each time", async ({ app, request }) => {
  for (const path of ["/service-worker.js", "/config.json"]) {
    const answer = await request.get(app.origin + path);
    expect(answer.status(), path).toBe(200);
    expect(answer.headers()["cache-control"], path).toMatch(/no-cache|no-store/);
  }
});
