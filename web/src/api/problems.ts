import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";

export interface FieldError {
  pointer?: string | null;
  detail: string;
}

/** An answer that is no success, as RFC 9457 describes it; `slug` is the last part of its type. */
export class Problem extends Error {
  readonly status: number;
  readonly slug: string;
  readonly fields: readonly FieldError[];
  readonly members: Readonly<Record<string, unknown>>;
  /** Seconds to wait before asking again, if the server said. */
  readonly retryAfter: number | null;

  constructor(
    status: number,
    slug: string,
    members: Record<string, unknown> = {},
    retryAfter: number | null = null,
  ) {
    super(slug);
    this.status = status;
    this.slug = slug;
    this.members = members;
    this.fields = (members.errors as FieldError[] | null | undefined) ?? [];
    this.retryAfter = retryAfter;
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const members = await response
    .json()
    .then((body: unknown) => (typeof body === "object" && body ? (body as Record<string, unknown>) : {}))
    .catch(() => ({}) as Record<string, unknown>);
  const slug = typeof members.type === "string" ? (members.type.split("/").pop() ?? "") : "";
  const wait = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  return new Problem(response.status, slug, members, Number.isNaN(wait) ? null : wait);
}

export const offline = (): Problem => new Problem(0, "offline");

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(0, error instanceof TypeError ? "offline" : "unexpected");

const BY_SLUG: Record<string, PlainKey> = {};

/** A slice's own words for its problems. */
export function explain(words: Record<string, PlainKey>): void {
  Object.assign(BY_SLUG, words);
}

const BY_STATUS: Record<number, PlainKey> = {
  0: "problem.offline",
  401: "problem.signed-out",
  403: "problem.not-allowed",
  404: "problem.not-found",
  409: "problem.conflict",
  412: "problem.changed-elsewhere",
  413: "problem.too-large",
  422: "problem.invalid",
  429: "problem.too-many",
  503: "problem.busy",
};

/** Cause and next step in the reader's language; never the server's own sentence. */
export function wordsOf(problem: Problem): string {
  const key = BY_SLUG[problem.slug] ?? BY_STATUS[problem.status] ?? "problem.unexpected";
  return t(key);
}
