import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { faintTexts } from "../support/contrast.ts";
import { cutOff, moving, smallTargets, tabStops } from "../support/reach.ts";
import { dress, type Look, setStage, visit, WORLDS } from "../support/screens.ts";
import { expect, test } from "../support/test.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What is looked for, by what it is called. */
const CHECKS = { axe: violations, contrast: faintTexts, targets: smallTargets, motion: moving };
/** Each look with what it can change: colours change no place, and places no colour. */
const LOOKS: (Look & { name: string; checks: (keyof typeof CHECKS)[] })[] = [
  { name: "in light colours", theme: "light", language: "en", checks: ["axe", "contrast", "targets", "motion"] },
  { name: "in dark colours", theme: "dark", language: "en", checks: ["contrast"] },
  { name: "from right to left", theme: "light", language: "ar", checks: ["axe", "targets"] },
];

for (const world of WORLDS) {
  test.describe(world.name, () => {
    test.use({ viewport: { width: 390, height: 844 } });

    for (const look of LOOKS) {
      test(`axe finds nothing, every text can be read and every target tapped, ${look.name}`, async ({ app, account, net }) => {
        await setStage(app.page);
        await world.prepare({ app, account, net });
        await dress(app.page, look);
        for (const screen of world.screens) {
          await test.step(screen.name, async () => {
            await visit(app, screen);
            for (const check of look.checks) {
              expect.soft(await CHECKS[check](app.page), `${check}, ${screen.name}`).toEqual([]);
            }
          });
        }
      });
    }

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
