import { CHROMIUM } from "../support/paths.ts";
import { cutOff } from "../support/reach.ts";
import { setStage, visit, WORLDS } from "../support/screens.ts";
import { expect, test } from "../support/test.ts";

// The browser's own setting, which media queries follow too; a file of its own, since it takes a browser of its own.
test.use({
  viewport: { width: 1280, height: 800 },
  launchOptions: { executablePath: CHROMIUM, args: ["--no-sandbox", "--blink-settings=defaultFontSize=32"] },
});

for (const world of WORLDS) {
  test(`${world.name}: with letters of twice the size nothing scrolls sideways and no text is cut`, async ({
    app,
    account,
    net,
  }) => {
    await setStage(app.page);
    await world.prepare({ app, account, net });
    expect(await app.page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe("32px");
    for (const screen of world.screens) {
      await visit(app, screen);
      expect.soft(await cutOff(app.page), screen.name).toEqual([]);
    }
  });
}
