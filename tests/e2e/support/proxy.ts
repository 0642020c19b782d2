import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What may befall a request on its way. */
export type Fault =
  /** The connection breaks before the server has heard anything. */
  | { kind: "reset" }
  /** The server does its work, then the connection breaks: nobody hears the answer. */
  | { kind: "lose-answer" }
  /** Someone else answers; the server hears nothing. */
  | { kind: "answer"; status: number; headers?: Record<string, string>; body?: string }
  /** Nothing happens until `release` is called. */
  | { kind: "hold"; until: Promise<void> };

export interface Seen {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** The status the browser got; undefined when it got none. */
  status?: number;
  fault?: Fault["kind"];
}

/** Something to hold requests until, and how to end that. */
export function gate(): { release: () => void; until: Promise<void> } {
  let release = () => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  return { release, until };
}

interface Rule {
  matches: (seen: Seen) => boolean;
  fault: Fault;
  left: number;
}

/** A network between app and server that can be told to fail. The app knows no other address. */
export class FaultProxy {
  readonly seen: Seen[] = [];
  private rules: Rule[] = [];

  private constructor(
    private readonly listener: http.Server,
    private readonly upstreamPort: number,
  ) {}

  static async start(upstreamPort: number): Promise<FaultProxy> {
    const listener = http.createServer();
    const proxy = new FaultProxy(listener, upstreamPort);
    listener.on("request", (request, response) => void proxy.handle(request, response));
    listener.listen(0, "localhost");
    await once(listener, "listening");
    return proxy;
  }

  get origin(): string {
    return `http://localhost:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Lets a fault happen to matching requests, `times` of them. Returns how to end it. */
  fault(method: string, path: RegExp, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    return this.faultWhere((seen) => seen.method === method && path.test(seen.path), fault, times);
  }

  faultWhere(matches: (seen: Seen) => boolean, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    const rule = { matches, fault, left: times };
    this.rules.push(rule);
    return () => {
      this.rules = this.rules.filter((other) => other !== rule);
    };
  }

  requests(method: string, path: RegExp): Seen[] {
    return this.seen.filter((seen) => seen.method === method && path.test(seen.path));
  }

  count(method: string, path: RegExp): number {
    return this.requests(method, path).length;
  }

  async dispose(): Promise<void> {
    this.listener.closeAllConnections();
    this.listener.close();
    await once(this.listener, "close");
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request).catch(() => undefined);
    if (body === undefined) {
      return;
    }
    const seen: Seen = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: body.toString(),
    };
    this.seen.push(seen);
    // A browser silently repeats a request whose kept-alive connection breaks. Tests of what the app does
    // about it need each request to stand alone.
    response.shouldKeepAlive = false;
    const fault = this.take(seen);
    seen.fault = fault?.kind;
    switch (fault?.kind) {
      case undefined:
        await this.pass(seen, body, response);
        break;
      case "hold":
        await fault.until;
        await this.pass(seen, body, response);
        break;
      case "reset":
        response.destroy();
        break;
      case "lose-answer":
        await this.forward(seen, body).catch(() => undefined);
        response.destroy();
        break;
      case "answer":
        seen.status = fault.status;
        response.writeHead(fault.status, fault.headers).end(fault.body);
        break;
    }
  }

  private take(seen: Seen): Fault | undefined {
    const rule = this.rules.find((rule) => rule.left > 0 && rule.matches(seen));
    if (rule) {
      rule.left -= 1;
    }
    return rule?.fault;
  }

  private async pass(seen: Seen, body: Buffer, response: ServerResponse): Promise<void> {
    try {
      const answer = await this.forward(seen, body);
      seen.status = answer.status;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      // No server: to the browser this looks the same as no proxy.
      response.destroy();
    }
  }

  private async forward(seen: Seen, body: Buffer) {
    const request = http.request({
      host: "127.0.0.1",
      port: this.upstreamPort,
      method: seen.method,
      path: seen.path,
      headers: { ...seen.headers, connection: "close" },
    });
    request.end(body);
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    const { connection: _, "keep-alive": __, ...headers } = answer.headers;
    return { status: answer.statusCode ?? 502, headers, body: await readAll(answer) };
  }
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
