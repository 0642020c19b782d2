// A port for a server of one's own, and the wait until it answers.

import { once } from "node:events";
import { createServer } from "node:net";

const START_MS_MAX = 15_000;
const LOOK_MS = 50;

/** Waits until a server answers. */
export async function untilUp(origin) {
  const deadline = performance.now() + START_MS_MAX;
  while (performance.now() < deadline) {
    const answer = await fetch(`${origin}/health`).catch(() => undefined);
    if (answer?.ok) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error("lume-server does not answer");
}

/** A port that nobody listens on. */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
