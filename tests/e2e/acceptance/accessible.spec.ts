import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { faintTexts } from "../support/contrast.ts";
import { cutOff, moving, smallTargets, tabStops } from "../support/reach.ts";
import { dress, type Look, setStage, visit, WORLDS } from "../support/screens.ts";
import { expect, test } from "../support/test.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LOOKS: (Look & { name: string })[] = [
  { name: "in light colours", theme: "light", language: "en" },
  { name: "in dark colours", theme: "dark", language: "en" },
  { name: "from right to left", theme: "light", language: "ar" },
];

for (const world of WORLDS) {
  test.describe(world.name, () => {
    test.use({ viewport: { width: 390, height: 844 } });

    test("axe finds nothing, every text can be read and every target tapped, in each look", async ({ app, account, net }) => {
      await setStage(app.page);
      await world.prepare({ app, account, net });
      for (const look of LOOKS) {
        await dress(app.page, look);
        for (const screen of world.screens) {
          await test.step(`${screen.name} ${look.name}`, async () => {
            await visit(app, screen);
            expect.soft(await violations(app.page), `axe, ${screen.name} ${look.name}`).toEqual([]);
            expect.soft(await faintTexts(app.page), `contrast, ${screen.name} ${look.name}`).toEqual([]);
            expect.soft(await smallTargets(app.page), `targets, ${screen.name} ${look.name}`).toEqual([]);
            expect.soft(await moving(app.page), `motion, ${screen.name} ${look.name}`).toEqual([]);
          });
        }
      }
    });

    for (const { name, width } of [
      { name: "320 pixels wide", width: 320 },
      { name: "at twice the size, which leaves half the window", width: 640 },
    ]) {
      test.describe(name, () => {
        test.use({ viewport: { width, height: 700 } });

        test("nothing scrolls sideways and no text is cut", async ({ app, account, net }) => {
          await setStage(app.page);
          await world.prepare({ app, account, net });
          for (const screen of world.screens) {
            await visit(app, screen);
            expect.soft(await cutOff(app.page), screen.name).toEqual([]);
          }
        });
      });
    }

    test("whoever goes by keyboard sees where they are", async ({ app, account, net }) => {
      await setStage(app.page);
      await world.prepare({ app, account, net });
      for (const screen of world.screens) {
        await visit(app, screen);
        const stops = await tabStops(app.page);
        expect(stops.length, screen.name).toBeGreaterThan(0);
        expect.soft(stops.filter((stop) => !stop.isSeen), screen.name).toEqual([]);
      }
    });
  });
}

/** What axe finds, in short. */
async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).withTags(RULES).analyze();
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}
