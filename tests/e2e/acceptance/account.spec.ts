import { expect, test } from "../support/test.ts";

test("turning sync on brings along what is on the device", async ({ app, api, account }) => {
  await app.open();
  await app.log("From before");
  await app.log("From before as well", "sad");
  await app.register(account);
  await expect.poll(() => api.notes()).toEqual(["From before", "From before as well"]);
  await app.expectSync("synced", 0);
});

test("signing out with unsent entries loses none of them", async ({ app, api, account }) => {
  await app.register(account);
  await app.goOffline();
  await app.log("Not sent yet");
  await app.expectEntry("Not sent yet", "waiting");

  await app.signOutKeepingUnsent();
  await app.page.goto(app.origin);
  await app.started();
  await expect(app.entry("Not sent yet"), "it belongs to the account").toHaveCount(0);

  await app.goOnline();
  await app.signIn(account);
  await expect(app.entry("Not sent yet")).toBeVisible();
  await app.expectEntry("Not sent yet", "synced");
  expect(await api.notes()).toEqual(["Not sent yet"]);
});

test("another person on the same device neither sees nor sends what the first one left", async ({
  app,
  api,
  account,
  net,
}) => {
  await app.register(account);
  await app.goOffline();
  await app.log("Alice's own");
  await app.signOutKeepingUnsent();
  await app.goOnline();

  const before = net.seen.length;
  await app.register({ ...account, email: `bob-${account.email}`, name: "Bob" });
  await app.log("Bob's own");
  await app.expectEntry("Bob's own", "synced");
  await expect(app.entry("Alice's own")).toHaveCount(0);
  expect(net.seen.slice(before).filter((seen) => seen.body.includes("Alice's own"))).toEqual([]);
  expect(await api.notes()).toEqual([]);
});

test("an account that exists is entered from the form for a new one as well", async ({ app, account }) => {
  await app.register(account);
  await app.signOut();

  // Registering again with the same password: the first answer may have been lost.
  await app.register(account);
  await app.expectSync("synced", 0);
  await app.signOut();

  // What only a new account needs is left empty.
  await app.register({ ...account, name: "", birth: "" });
  await app.expectSync("synced", 0);
  await app.signOut();

  await app.fillBackend();
  await app.page.getByTestId("auth-email").fill(account.email);
  await app.page.getByTestId("auth-password").fill("somebody else's guess");
  await app.page.getByTestId("auth-submit").click();
  await expect(app.page.getByRole("alert").filter({ hasText: /\w/ }).first()).toBeVisible();
});

test("a wrong password and a dead backend are told in words", async ({ app, account, server }) => {
  await app.register(account);
  await app.signOut();

  await app.fillBackend();
  await app.page.getByRole("radio", { name: /sign in/i }).check();
  await app.page.getByTestId("auth-email").fill(account.email);
  await app.page.getByTestId("auth-password").fill("not the password");
  await app.page.getByTestId("auth-submit").click();
  await expect(app.page.getByRole("alert").filter({ hasText: /\w/ }).first()).toBeVisible();

  await server.kill();
  await app.page.getByTestId("auth-password").fill(account.password);
  await app.page.getByTestId("auth-submit").click();
  await expect(app.page.getByRole("alert").filter({ hasText: /reach|answer|connect/i }).first()).toBeVisible();
});
