import { randomInt } from "node:crypto";
import { test } from "@playwright/test";

import { run } from "./campaign.ts";

const KILLS_DEFAULT = 10;
const SEED_MAX = 2 ** 31;
const KILL_MS_MAX = 60_000;
const REST_MS_MAX = 300_000;

test("nothing is lost and nothing is there twice, whatever is killed", async () => {
  const kills = Number(process.env.LUME_CHAOS_KILLS ?? KILLS_DEFAULT);
  const seed = Number(process.env.LUME_CHAOS_SEED ?? randomInt(SEED_MAX));
  test.setTimeout(kills * KILL_MS_MAX + REST_MS_MAX);
  const say = (line: string) => console.log(`  ${line}`);
  say(`\n${await run({ kills, seed, say, keep: true })}\n`);
});
