/** An answer, and when it was asked for and came. */
export interface Answer {
  response: Response;
  asked: number;
  answered: number;
}

/** The one place that asks the network. */
export async function send(request: Request): Promise<Answer> {
  const asked = Date.now();
  const response = await fetch(request);
  return { response, asked, answered: Date.now() };
}

const ahead = new Map<string, Promise<Answer>>();
const KEPT = 30_000;

/** Ask already now for what a screen that is still being loaded will ask for in the same words. */
export function sendAhead(path: string): Promise<Answer> {
  const request = new Request(path, { credentials: "same-origin" });
  const answer = send(request);
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
