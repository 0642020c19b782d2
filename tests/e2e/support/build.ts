import { createHash, randomUUID } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { DIST } from "./paths.ts";

interface Manifest {
  version: string;
  engine: string;
  files: [path: string, sha256: string][];
}

const FIRST_LINE = /^"use strict"; const LUME_BUILD = (.*);$/;

/** A copy of the built app in which a further release can be published while a server serves it. */
export class Build {
  private constructor(readonly folder: string) {}

  static async copy(): Promise<Build> {
    const folder = await mkdtemp(join(tmpdir(), "lume-e2e-dist-"));
    await cp(DIST, folder, { recursive: true });
    return new Build(folder);
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async manifest(): Promise<Manifest> {
    const [first] = (await this.read("service-worker.js")).split("\n", 1);
    const json = FIRST_LINE.exec(first)?.[1];
    if (json === undefined) {
      throw new Error("the worker does not begin with its list of files");
    }
    return JSON.parse(json);
  }

  /** The hashed name of the script that registers the worker: a file that every release may rename. */
  async registerScript(): Promise<string> {
    const path = (await this.manifest()).files.map(([path]) => path).find((path) => path.startsWith("/register-"));
    if (path === undefined) {
      throw new Error("this build has no register script");
    }
    return path;
  }

  /**
   * Publishes a release with another page and another name for one of its scripts; the old name is gone, as
   * after a deployment. Pages tell releases apart by `<html data-release>`.
   */
  async release(mark: string): Promise<Manifest> {
    const old = await this.registerScript();
    const content = `${await this.read(old)}\n// ${mark}\n`;
    const renamed = `/register-${sha256(content, "hex").slice(0, 16)}.js`;
    await this.write(renamed, content);
    await this.remove(old);

    const page = (await this.read("index.html"))
      .replaceAll(old, renamed)
      .replace(/<html( data-release="[^"]*")?/, `<html data-release="${mark}"`);
    await this.write("index.html", page);

    const manifest = await this.manifest();
    const files = manifest.files.map(([path, hash]): [string, string] => {
      if (path === "/") {
        return [path, sha256(page, "base64")];
      }
      return path === old ? [renamed, sha256(content, "base64")] : [path, hash];
    });
    const next = { ...manifest, version: sha256(mark + randomUUID(), "hex").slice(0, 16), files };
    const worker = (await this.read("service-worker.js")).replace(
      /^.*\n/,
      () => `"use strict"; const LUME_BUILD = ${JSON.stringify(next)};\n`,
    );
    await this.write("service-worker.js", worker);
    return next;
  }

  /** Has the worker run this before anything of its own, as if the browser were another one. */
  async beforeWorker(script: string): Promise<void> {
    const worker = await this.read("service-worker.js");
    await this.write("service-worker.js", worker.replace(/^.*\n/, (first) => `${first}${script}\n`));
  }

  private read(path: string): Promise<string> {
    return readFile(join(this.folder, path), "utf8");
  }

  /** Written beside and moved into place: a server must never serve half a file. */
  private async write(path: string, content: string): Promise<void> {
    const target = join(this.folder, path);
    await writeFile(`${target}.tmp`, content);
    await rename(`${target}.tmp`, target);
    // The compressed copies are those of the release before.
    await this.remove(`${path}.br`);
    await this.remove(`${path}.gz`);
  }

  private async remove(path: string): Promise<void> {
    await rm(join(this.folder, path), { force: true });
  }

  /** Names of all files, for assertions about what is served. */
  async names(): Promise<string[]> {
    return (await readdir(this.folder)).map((name) => basename(name));
  }
}

function sha256(content: string, encoding: "hex" | "base64"): string {
  return createHash("sha256").update(content).digest(encoding);
}
