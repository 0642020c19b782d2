import { randomUUID } from "node:crypto";

import { API_KEY } from "./server.ts";

export interface Account {
  email: string;
  password: string;
  name: string;
  birth: string;
}

export interface Mood {
  id: string;
  mood: string;
  note: string | null;
  updated_at: string;
}

/** A person nobody has met before. */
export function newAccount(): Account {
  return {
    email: `${randomUUID()}@example.org`,
    password: `correct horse ${randomUUID()}`,
    name: "Alice Example",
    birth: "1990-05-17",
  };
}

/** The server as a second device sees it, without the app and without the proxy. */
export class Api {
  private token: string | undefined;

  constructor(
    private readonly base: string,
    private readonly account: Account,
  ) {}

  async moods(): Promise<Mood[]> {
    const found: Mood[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ limit: "500", ...(cursor ? { cursor } : {}) });
      const page = await this.get(`/api/v1/moods?${query}`);
      found.push(...(page.moods ?? page.items ?? page));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return found;
  }

  /** The notes at the server, sorted: what a test compares with. */
  async notes(): Promise<(string | null)[]> {
    return (await this.moods()).map((mood) => mood.note).sort();
  }

  /** When the account is reminded. */
  async reminders(): Promise<{ schedule: { times: string[]; days: number[]; zone: string } | null }> {
    return this.get("/api/v1/reminders");
  }

  /** Sets when the account is reminded. */
  async setReminders(schedule: { times: string[]; zone: string }): Promise<void> {
    await this.request("/api/v1/reminders", { method: "PUT", body: JSON.stringify(schedule) });
  }

  private get(path: string) {
    return this.request(path, {});
  }

  private async request(path: string, init: RequestInit) {
    this.token ??= await this.signIn();
    let answer = await this.ask(path, init, this.token);
    if (answer.status === 401) {
      // The token has had its time.
      this.token = await this.signIn();
      answer = await this.ask(path, init, this.token);
    }
    const body = await answer.json();
    if (!answer.ok) {
      throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`);
    }
    return body.data;
  }

  private ask(path: string, init: RequestInit, token: string): Promise<Response> {
    const headers = { "X-API-Key": API_KEY, "Content-Type": "application/json", Authorization: `Bearer ${token}` };
    return fetch(this.base + path, { ...init, headers });
  }

  private async signIn(): Promise<string> {
    const answer = await fetch(`${this.base}/api/v1/auth/login`, {
      method: "POST",
      headers: { "X-API-Key": API_KEY, "Content-Type": "application/json" },
      body: JSON.stringify({ email: this.account.email, password: this.account.password }),
    });
    const body = await answer.json();
    if (!answer.ok) {
      throw new Error(`sign-in: ${answer.status} ${JSON.stringify(body)}`);
    }
    return body.data.access_token;
  }
}
