import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DIST, SERVER } from "./paths.ts";

export const API_KEY = "e2e-key";
const START_MS_MAX = 15_000;
const OUTPUT_CHARS_MAX = 20_000;

/** A lume-server of its own, with a database in a temporary folder that outlives restarts. */
export class LumeServer {
  private child: ChildProcess | undefined;
  private output = "";

  private constructor(
    readonly port: number,
    readonly data: string,
    private readonly dist: string,
    private readonly flags: string[],
  ) {}

  static async start({ dist = DIST, flags = [] }: { dist?: string; flags?: string[] } = {}): Promise<LumeServer> {
    const data = await mkdtemp(join(tmpdir(), "lume-e2e-data-"));
    const server = new LumeServer(await freePort(), data, dist, flags);
    await server.start();
    return server;
  }

  /** Starts it (again) on the same port and the same data, and waits until it answers. */
  async start(): Promise<void> {
    const args = ["--port", String(this.port), "--data", this.data, "--dist", this.dist, "--api-key", API_KEY];
    const child = spawn(SERVER, [...args, ...this.flags], { stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    const endWithUs = () => child.kill("SIGKILL");
    process.once("exit", endWithUs);
    child.once("exit", () => process.off("exit", endWithUs));
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-OUTPUT_CHARS_MAX);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const failed = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`lume-server ended with ${code}:\n${this.output}`)));
    });
    // Only of interest while starting.
    failed.catch(() => {});
    await Promise.race([this.answers(), failed]);
  }

  /** Lets it finish what it is doing. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  /** Pulls the plug. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Kills it, and removes its data unless somebody wants to read them. */
  async dispose({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    await this.kill();
    if (keep) {
      return;
    }
    await rm(this.data, { recursive: true, force: true });
  }

  /** The last of what it has printed, for failures. */
  get log(): string {
    return this.output;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      const exit = once(child, "exit");
      child.kill(signal);
      await exit;
    }
  }

  private async answers(): Promise<void> {
    const deadline = performance.now() + START_MS_MAX;
    for (;;) {
      try {
        const answer = await fetch(`http://127.0.0.1:${this.port}/health`, { signal: AbortSignal.timeout(1_000) });
        if (answer.ok) {
          return;
        }
      } catch {
        // Not listening yet.
      }
      if (performance.now() > deadline) {
        throw new Error(`lume-server does not answer:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") {
    throw new Error("no port was given");
  }
  return address.port;
}
