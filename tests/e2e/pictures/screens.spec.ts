import { difference, keep, PARTS_MAX, picture } from "../support/pictures.ts";
import { smaller } from "../support/png.ts";
import { dress, setStage, visit, WORLDS } from "../support/screens.ts";
import { expect, test } from "../support/test.ts";

/** Set by `cargo xtask pictures`: the pictures are made anew instead of compared. */
const MAKES = process.env.LUME_PICTURES === "make";
const SIZES = [
  { size: "phone", viewport: { width: 390, height: 844 } },
  { size: "desktop", viewport: { width: 1280, height: 800 } },
];

for (const world of WORLDS) {
  for (const { size, viewport } of SIZES) {
    test.describe(`${world.name}, ${size}`, () => {
      test.use({ viewport });

      test("every screen looks as in its picture", async ({ app, account, net, context }, info) => {
        const desk = await context.newPage();
        await app.page.bringToFront();
        await setStage(app.page);
        await world.prepare({ app, account, net });
        for (const theme of ["light", "dark"] as const) {
          await dress(app.page, { theme, language: "en" });
          for (const screen of world.screens) {
            await visit(app, screen);
            const name = `${screen.name}-${size}-${theme}`;
            const png = await picture(app.page);
            if (MAKES) {
              await keep(name, await smaller(desk, png));
              continue;
            }
            const found = await difference(desk, name, png);
            if (found > PARTS_MAX) {
              await info.attach(name, { body: png, contentType: "image/png" });
            }
            expect.soft(found, `the part of ${name} that differs`).toBeLessThanOrEqual(PARTS_MAX);
          }
        }
      });
    });
  }
}
