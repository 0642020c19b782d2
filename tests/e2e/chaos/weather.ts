import { isChange } from "../support/keys.ts";
import type { Fault, FaultProxy } from "../support/proxy.ts";
import type { Chance } from "./chance.ts";

/** Most requests of a round that something befalls. */
const FAULTS_MAX = 3;
const DELAY_MS_MAX = 400;

type Mishap =
  | "reset"
  | "lose-answer"
  | "cut"
  | "delay"
  | "portal"
  | "bad gateway"
  | "unavailable"
  | "in a second"
  | "failed";

const WEIGHTS: Record<Mishap, number> = {
  reset: 3,
  "lose-answer": 4,
  cut: 3,
  delay: 4,
  portal: 1,
  "bad gateway": 2,
  unavailable: 1,
  "in a second": 1,
  failed: 1,
};

/** Draws what befalls the next requests that change something. Returns how to end it. */
export function drawWeather(net: FaultProxy, chance: Chance): () => void {
  const ends: (() => void)[] = [];
  const faults = chance.happens(0.4) ? 0 : 1 + chance.below(FAULTS_MAX);
  for (let drawn = 0; drawn < faults; drawn += 1) {
    const fault = draw(chance);
    ends.push(net.faultWhere(isChange, fault, 1));
  }
  return () => {
    for (const end of ends) {
      end();
    }
  };
}

function draw(chance: Chance): Fault {
  const mishap = chance.weighed(WEIGHTS);
  const fault = faultOf(mishap, chance.below(DELAY_MS_MAX));
  // Most of what befalls a request does so as well with its effect at the server.
  return fault.kind === "answer" && chance.happens(0.5) ? { kind: "after", fault } : fault;
}

function faultOf(mishap: Mishap, delayMs: number): Fault {
  const plain = (status: number, headers: Record<string, string> = {}): Fault => {
    return { kind: "answer", status, headers: { "content-type": "text/plain", ...headers }, body: "no" };
  };
  switch (mishap) {
    case "reset":
    case "lose-answer":
    case "cut":
      return { kind: mishap };
    case "delay":
      return { kind: "delay", ms: delayMs };
    case "portal":
      return { kind: "answer", status: 200, headers: { "content-type": "text/html" }, body: "<!DOCTYPE html><p>Hello" };
    case "bad gateway":
      return plain(502);
    case "unavailable":
      return plain(503);
    case "in a second":
      return plain(429, { "retry-after": "1" });
    case "failed":
      return plain(500);
  }
}
