import { LumeServer } from "../support/server.ts";
import { expect, test } from "../support/test.ts";
import { words } from "../support/words.ts";

test("after a low mood there is somebody to call, without a network too", async ({ app }) => {
  await app.open();
  await app.goOffline();
  await app.log("Too much", "overwhelmed");
  await app.page.getByTestId("help-offer").getByRole("link", { name: words("help.show") }).click();

  const lines = app.page.getByTestId("help-lines");
  await expect(app.page.getByRole("heading", { level: 1, name: words("help.show") })).toBeVisible();
  await expect(lines.getByRole("listitem").first(), "one's own country first").toContainText("Samaritans");
  await expect(lines.getByRole("listitem").first()).toContainText("United Kingdom, Ireland");
  await expect(lines.getByRole("link", { name: "116 123" })).toHaveAttribute("href", "tel:116123");
  await expect(lines.getByRole("link", { name: "findahelpline.com" })).toHaveAttribute("rel", /noreferrer/);

  await app.page.reload();
  await expect(lines.getByRole("link", { name: "988" })).toBeVisible();
});

test("an operator's lines take the place of those that the app knows", async ({ app, build }) => {
  const flags = ["--help-line", "Student counselling: +49 30 555 0100", "--help-line", "Or ask at the front desk"];
  const server = await LumeServer.start({ dist: build.folder, flags });
  try {
    await app.page.goto(`http://127.0.0.1:${server.port}/help`);
    const lines = app.page.getByTestId("help-lines").getByRole("listitem");
    await expect(lines).toHaveCount(2);
    await expect(lines.first().getByRole("link")).toHaveAttribute("href", "tel:+49305550100");
    await expect(lines.last()).toHaveText("Or ask at the front desk");
  } finally {
    await server.dispose();
  }
});

test("the page is found under More", async ({ app }) => {
  await app.open("/more");
  await app.page.getByRole("link", { name: words("help.show") }).click();
  await expect(app.page).toHaveURL(/\/help$/);
});
