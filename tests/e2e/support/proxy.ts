import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** An answer that is not the server's. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** What may befall a request on its way. */
export type Fault =
  /** The connection breaks before the server has heard anything. */
  | { kind: "reset" }
  /** The server does its work, then the connection breaks: nobody hears the answer. */
  | { kind: "lose-answer" }
  /** Someone else answers; the server hears nothing. */
  | ({ kind: "answer" } & Answer)
  /** The connection breaks in the middle of the answer's body: of this answer, else of the server's own. */
  | { kind: "cut"; answer?: Answer }
  /** The request is heard, and the connection stays open; nobody ever answers. */
  | { kind: "silence" }
  /** Nothing happens until `until` is over; then the request goes its way. */
  | { kind: "hold"; until: Promise<void> }
  /** The request takes its time. */
  | { kind: "delay"; ms: number }
  /** The server does its work and nobody hears its answer; to the browser this happens instead. */
  | { kind: "after"; fault: Fault };

export interface Seen {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** When it arrived here, by the clock that never jumps. */
  atMs: number;
  /** The status the server gave; undefined when it was not asked or did not answer. */
  served?: number;
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

type Moment = "seen" | "forwarded" | "served";
type Witness = (moment: Moment, seen: Seen) => void;

/** A network between app and server that can be told to fail. The app knows no other address. */
export class FaultProxy {
  readonly seen: Seen[] = [];
  private rules: Rule[] = [];
  private witnesses: Witness[] = [];
  private readonly sockets = new Set<Duplex>();
  private refusesSockets = false;
  private port = 0;

  private constructor(
    private readonly listener: http.Server,
    private readonly upstreamPort: number,
  ) {}

  static async start(upstreamPort: number): Promise<FaultProxy> {
    const listener = http.createServer();
    const proxy = new FaultProxy(listener, upstreamPort);
    listener.on("request", (request, response) => void proxy.handle(request, response));
    listener.on("upgrade", (request: IncomingMessage, socket: Duplex) => proxy.connect(request, socket));
    await proxy.listen();
    return proxy;
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
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

  /** Calls back at each step of each request on its way. Returns how to end it. */
  watch(witness: Witness): () => void {
    this.witnesses.push(witness);
    return () => {
      this.witnesses = this.witnesses.filter((other) => other !== witness);
    };
  }

  /** Refuses connections, as a machine does on which nothing listens. Returns how to listen again. */
  async refuse(): Promise<() => Promise<void>> {
    await this.close();
    return () => this.listen();
  }

  requests(method: string, path: RegExp): Seen[] {
    return this.seen.filter((seen) => seen.method === method && path.test(seen.path));
  }

  count(method: string, path: RegExp): number {
    return this.requests(method, path).length;
  }

  /** What the backend was asked: not what a page or its worker fetches of the app itself, whenever it likes. */
  get asked(): Seen[] {
    return this.seen.filter(({ path }) => path === "/health" || path.startsWith("/api/"));
  }

  /** How many sockets for live hints are open. */
  get liveSockets(): number {
    return this.sockets.size;
  }

  /** Lets no socket for live hints through from now on. */
  refuseSockets(): void {
    this.refusesSockets = true;
    this.breakSockets();
  }

  /** Breaks every socket for live hints, as a network does that has changed. */
  breakSockets(): void {
    for (const socket of this.sockets) {
      socket.destroy();
    }
  }

  async dispose(): Promise<void> {
    if (this.listener.listening) {
      await this.close();
    }
  }

  private async listen(): Promise<void> {
    this.listener.listen(this.port, "localhost");
    await once(this.listener, "listening");
    this.port = (this.listener.address() as AddressInfo).port;
  }

  private async close(): Promise<void> {
    this.listener.close();
    this.listener.closeAllConnections();
    this.breakSockets();
    await once(this.listener, "close");
  }

  /** Joins a socket for live hints to the server, which does the rest. No fault befalls it but the network's end. */
  private connect(request: IncomingMessage, socket: Duplex): void {
    if (this.refusesSockets) {
      socket.destroy();
      return;
    }
    const upstream = net.connect(this.upstreamPort, "127.0.0.1");
    const headers = request.rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join("");
    upstream.write(`GET ${request.url} HTTP/1.1\r\n${headers}\r\n`);
    this.sockets.add(socket);
    // An error of either side is followed by its close.
    socket.on("error", () => {}).on("close", () => upstream.destroy());
    upstream.on("error", () => {}).on("close", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
    socket.pipe(upstream).pipe(socket);
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
      atMs: performance.now(),
    };
    this.seen.push(seen);
    // A browser silently repeats a request whose kept-alive connection breaks. Tests of what the app does
    // about it need each request to stand alone.
    response.shouldKeepAlive = false;
    const fault = this.take(seen);
    seen.fault = fault?.kind;
    this.tell("seen", seen);
    await this.befall(fault, seen, body, response);
  }

  private async befall(fault: Fault | undefined, seen: Seen, body: Buffer, response: ServerResponse): Promise<void> {
    switch (fault?.kind) {
      case undefined:
        return this.pass(seen, body, response);
      case "hold":
        await fault.until;
        return this.pass(seen, body, response);
      case "delay":
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        return this.pass(seen, body, response);
      case "reset":
        response.destroy();
        return;
      case "silence":
        return;
      case "lose-answer":
        return this.befall({ kind: "after", fault: { kind: "reset" } }, seen, body, response);
      case "after":
        await this.forward(seen, body).catch(() => undefined);
        return this.befall(fault.fault, seen, body, response);
      case "cut": {
        const answer = fault.answer ?? (await this.forward(seen, body).catch(() => undefined));
        cut(answer, response);
        return;
      }
      case "answer":
        seen.status = fault.status;
        response.writeHead(fault.status, fault.headers).end(fault.body);
        return;
    }
  }

  private take(seen: Seen): Fault | undefined {
    const rule = this.rules.find((rule) => rule.left > 0 && rule.matches(seen));
    if (rule) {
      rule.left -= 1;
    }
    return rule?.fault;
  }

  private tell(moment: Moment, seen: Seen): void {
    for (const witness of this.witnesses) {
      witness(moment, seen);
    }
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
    // A server that is killed may break the connection once more after its answer has begun.
    request.on("error", () => {});
    request.end(body);
    this.tell("forwarded", seen);
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    const { connection: _, "keep-alive": __, ...headers } = answer.headers;
    const served = { status: answer.statusCode ?? 502, headers, body: await readAll(answer) };
    seen.served = served.status;
    this.tell("served", seen);
    return served;
  }
}

/** Sends the head, promises the whole body, and breaks off in the middle of it. */
function cut(
  answer: { status: number; headers?: http.OutgoingHttpHeaders; body?: Buffer | string } | undefined,
  response: ServerResponse,
): void {
  const body = Buffer.from(answer?.body ?? "");
  if (answer === undefined || body.length < 2) {
    response.destroy();
    return;
  }
  const { "transfer-encoding": _, ...headers } = answer.headers ?? {};
  response.writeHead(answer.status, { ...headers, "content-length": body.length });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
