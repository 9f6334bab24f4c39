import createClient from "openapi-fetch";
import { learnFrom } from "../core/clock.ts";
import { reached } from "../core/online.ts";
import { follow, proved } from "./gate.ts";
import { offline, type Problem, problemOf } from "./problems.ts";
import type { components, paths } from "./schema.ts";
import { type Answer, send as sendNow, sentAhead } from "./sending.ts";

export type Schemas = components["schemas"];

/** The server's answer, perhaps to what was asked ahead; what it tells of the connection and the clock is heeded. */
async function ask(request: Request): Promise<Response> {
  let answer: Answer;
  try {
    answer = await (sentAhead(request) ?? sendNow(request));
  } catch (error) {
    if (request.signal.aborted) throw error;
    reached(false);
    throw offline();
  }
  reached(true);
  const { response, asked, answered } = answer;
  learnFrom(response.headers.get("date"), asked, answered);
  return response;
}

/** An answer or a Problem. A request that needs a fresh proof is sent once more, the same, after it. */
async function send(request: Request): Promise<Response> {
  if (request.method === "POST" && !request.headers.has("idempotency-key")) {
    request.headers.set("idempotency-key", crypto.randomUUID());
  }
  const again = request.clone();
  let response = await ask(request);
  if (response.ok || response.status === 304) return response;
  let problem: Problem = await problemOf(response);
  if (problem.slug === "step-up-required" && (await proved())) {
    response = await ask(again);
    if (response.ok) return response;
    problem = await problemOf(response);
  }
  follow(problem.slug);
  throw problem;
}

/** Typed by openapi.json. Every call resolves with `data`, or rejects with a Problem. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send, credentials: "same-origin" });

/** The body of an answer that has one. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

export const ifMatch = (version: number): { "If-Match": string } => ({ "If-Match": `"${version}"` });
