/** An answer, and when it was asked for and came. */
export interface Answer {
  response: Response;
  asked: number;
  answered: number;
}

/** A line on which no answer begins for so long is as good as none: what is typed is said to be here, and tried again. */
const PATIENCE = 20_000;

/** The one place that asks the network. */
export async function send(request: Request, patience = PATIENCE): Promise<Answer> {
  const asked = Date.now();
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), patience);
  const signal = AbortSignal.any([request.signal, silence.signal]);
  const response = await fetch(request, { signal }).finally(() => clearTimeout(timer));
  return { response, asked, answered: Date.now() };
}

const ahead = new Map<string, Promise<Answer>>();
const KEPT = 30_000;

/** Ask already now for what a screen that is still being loaded will ask for in the same words. */
export function sendAhead(path: string, patience?: number): Promise<Answer> {
  const request = new Request(path, { credentials: "same-origin" });
  const answer = send(request, patience);
  answer.catch(() => undefined); // whoever takes it hears of it
  ahead.set(request.url, answer);
  setTimeout(() => ahead.delete(request.url), KEPT);
  return answer;
}

/** What was asked for ahead, once. */
export function sentAhead(request: Request): Promise<Answer> | undefined {
  if (request.method !== "GET") return undefined;
  const answer = ahead.get(request.url);
  ahead.delete(request.url);
  return answer;
}

/** Nothing that was asked ahead is there for whoever comes next. */
export function forgetAhead(): void {
  ahead.clear();
}
