// People of a practice as the API knows them: they sign up, are invited and sign in by the mails that were sent.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { place } from "./place.ts";

export type Json = Record<string, unknown>;
export type Made = Json & { id: string; version: number };
const MAIL_TRIES = 150;

/** A signed-in browser of somebody, without the browser. */
export class Person {
  readonly email: string;
  readonly cookies = new Map<string, string>();

  constructor(email: string) {
    this.email = email;
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const answer = await fetch(`${place.base}/api/v1${path}`, {
      method,
      headers: {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        origin: place.base,
        "content-type": "application/json",
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      this.cookies.set(name, value);
    }
    return answer;
  }

  async get<T = Json>(path: string): Promise<T> {
    return (await good(await this.ask("GET", path))) as T;
  }

  async post<T = Made>(path: string, body: unknown = {}): Promise<T> {
    return (await good(await this.ask("POST", path, body))) as T;
  }

  async put<T = Made>(path: string, version: number, body: unknown): Promise<T> {
    return (await good(await this.ask("PUT", path, body, { "if-match": `"${version}"` }))) as T;
  }

  /** Open the newest link that was mailed to this person; `known` is the text of the one before. */
  async openLink(known = ""): Promise<void> {
    const text = await mailTo(this.email, known);
    const token = /#token=([A-Za-z0-9_-]+)/.exec(text)?.[1];
    await this.post("/auth/verify", { token });
  }
}

async function good(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text.slice(0, 500)}`);
  return text ? JSON.parse(text) : {};
}

/** The text of the newest mail to an address, once there is another than the one known. */
export async function mailTo(address: string, known = ""): Promise<string> {
  for (let tries = 0; tries < MAIL_TRIES; tries += 1) {
    const answer = await fetch(`${place.mail}/latest/text?to=${encodeURIComponent(address)}`);
    const text = answer.ok ? await answer.text() : "";
    if (text && text !== known) return text;
    await sleep(100);
  }
  throw new Error(`no mail came to ${address}`);
}

export const address = (name = "dana"): string => `${name}-${randomUUID().slice(0, 8)}@example.org`;

export interface Opening {
  language?: "he" | "en";
  zone?: string;
  name?: string;
}

/** A new practice, opened by its owner. */
export async function openPractice(opening: Opening = {}): Promise<Person> {
  const owner = new Person(address());
  await owner.post("/auth/signup", {
    email: owner.email,
    full_name: "Dana Cohen",
    workspace_name: opening.name ?? "Galim",
    timezone: opening.zone ?? morningZone(),
    locale: opening.language ?? "he",
  });
  await owner.openLink();
  return owner;
}

/** A colleague of theirs, who was invited and has signed in. */
export async function join(owner: Person, role: "therapist" | "assistant" | "owner"): Promise<Person> {
  const person = new Person(address(role));
  await owner.post("/members", { email: person.email, full_name: `Noa ${role}`, role });
  const invitation = await mailTo(person.email);
  await person.post("/auth/magic-link", { email: person.email });
  await person.openLink(invitation);
  return person;
}

/** A zone where it is between nine and ten in the morning now, so that today has room before and after. */
export function morningZone(): string {
  const ahead = ((9 - new Date().getUTCHours() + 24 + 11) % 24) - 11;
  if (ahead === 0) return "Etc/GMT";
  return ahead > 0 ? `Etc/GMT-${ahead}` : `Etc/GMT+${-ahead}`;
}
