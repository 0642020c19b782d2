import { LumeServer, API_KEY } from "../support/server.ts";
import { expect, test } from "../support/test.ts";

const MARKUP = `<img src=x onerror="document.title='owned'"><b>bold</b> &lt;i&gt; {{1+1}} javascript:alert(1)`;

test("a walk through every screen asks nobody but the app's own origin, and violates no policy", async ({
  app,
  account,
  context,
}) => {
  const asked: string[] = [];
  context.on("request", (request) => asked.push(request.url()));
  await app.page.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener("securitypolicyviolation", (event) => {
      violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.disposition}`);
    });
  });
  await app.register(account);
  await app.log("Walking");
  await app.expectEntry("Walking", "synced");
  const violated: string[] = [];
  for (const place of ["/", "/history", "/calendar", "/calendar?year=2026", "/insights", "/sync", "/settings", "/more", "/nowhere"]) {
    await app.open(place);
    violated.push(...(await app.page.evaluate(() => (window as unknown as { violations: string[] }).violations)));
  }
  await app.open();
  await app.entry("Walking").getByTestId("entry-edit").click();
  await expect(app.note).toHaveValue("Walking");
  violated.push(...(await app.page.evaluate(() => (window as unknown as { violations: string[] }).violations)));

  // The report-only policy of Trusted Types is told apart: the templates' library can't keep it.
  expect(violated.filter((violation) => !violation.startsWith("require-trusted-types-for"))).toEqual([]);
  const strangers = asked.filter((url) => !url.startsWith(app.origin) && !/^(data|blob):/.test(url));
  expect(strangers).toEqual([]);
  expect(asked.length).toBeGreaterThan(20);
});

test("entries go to the one backend that was chosen and to no other", async ({ app, account, context, net }) => {
  const elsewhere = await LumeServer.start({ flags: ["--origin", app.origin] });
  try {
    const backend = `http://localhost:${elsewhere.port}`;
    const asked: string[] = [];
    context.on("request", (request) => asked.push(request.url()));
    await app.open("/settings");
    await app.page.getByTestId("mode-synced").click();
    await app.page.getByTestId("backend-url").fill(backend);
    await app.page.getByTestId("api-key").fill(API_KEY);
    await app.page.getByRole("radio", { name: /create an account/i }).check();
    await app.page.getByTestId("auth-name").fill(account.name);
    await app.page.getByTestId("auth-birth").fill(account.birth);
    await app.page.getByTestId("auth-email").fill(account.email);
    await app.page.getByTestId("auth-password").fill(account.password);
    await app.page.getByTestId("auth-submit").click();
    await expect.poll(() => asked.some((url) => url.startsWith(`${backend}/api/v1/auth/register`))).toBe(true);
    expect(net.asked).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(app.origin) && !url.startsWith(backend))).toEqual([]);
  } finally {
    await elsewhere.dispose();
  }
});

test("a note with markup in it is text wherever it is shown", async ({ app, account }) => {
  await app.open();
  await app.log(MARKUP);
  for (const place of ["/", "/history"]) {
    await app.open(place);
    await expect(app.entry("<b>bold</b>")).toContainText(MARKUP);
    await expect(app.entry("<b>bold</b>").locator("b, img[src='x'], i")).toHaveCount(0);
  }
  await app.register({ ...account, name: "<img src=x onerror=alert(1)>" });
  await app.open("/settings");
  await expect(app.page.locator("img[src='x']")).toHaveCount(0);
  await expect(app.page).not.toHaveTitle(/owned/);
});

for (const address of ["http://lume.example", "ftp://lume.example", "javascript:alert(1)", "http://10.0.0.1:8787", "http://localhost.example", "https://ada:secret@lume.example"]) {
  test(`a backend at ${address} is refused before anything is asked there`, async ({ app, account, context }) => {
    const asked: string[] = [];
    context.on("request", (request) => asked.push(request.url()));
    await app.fillBackend();
    await app.page.getByTestId("backend-url").fill(address);
    await app.page.getByRole("radio", { name: /sign in/i }).check();
    await app.page.getByTestId("auth-email").fill(account.email);
    await app.page.getByTestId("auth-password").fill(account.password);
    await app.page.getByTestId("auth-submit").click();
    await expect(app.page.getByRole("alert").filter({ hasText: /\w/ }).first()).toBeVisible();
    expect(asked.filter((url) => !url.startsWith(app.origin))).toEqual([]);
  });
}
