import { learnFrom } from "../core/clock.ts";
import { reached } from "../core/online.ts";
import { follow } from "./gate.ts";
import { offline, problemOf } from "./problems.ts";

/** A file of which nothing leaves, or to which nothing is said, for so long is tried again later. */
const PATIENCE = 30_000;

/** Send a form with a file; `progress` hears how much of it has left, from 0 to 1. `fetch` does not tell. */
export async function upload(path: string, form: FormData, progress: (part: number) => void): Promise<void> {
  const asked = Date.now();
  const request = await sent(path, form, progress).catch(() => {
    reached(false);
    throw offline();
  });
  reached(true);
  learnFrom(request.getResponseHeader("date"), asked, Date.now());
  if (request.status < 300) return;
  const problem = await problemOf(answerOf(request));
  follow(problem.slug);
  throw problem;
}

function sent(path: string, form: FormData, progress: (part: number) => void): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const heard = untilSilent(() => request.abort());
    let most = 0;
    request.open("POST", path);
    request.setRequestHeader("accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => {
      if (loaded > most) heard.again();
      most = Math.max(most, loaded);
      if (total > 0) progress(loaded / total);
    };
    request.onload = () => resolve(request);
    request.onerror = reject;
    request.onabort = reject;
    request.onloadend = heard.end;
    request.send(form);
  });
}

function untilSilent(then: () => void): { again: () => void; end: () => void } {
  let timer = setTimeout(then, PATIENCE);
  const end = (): void => clearTimeout(timer);
  const again = (): void => {
    end();
    timer = setTimeout(then, PATIENCE);
  };
  return { again, end };
}

function answerOf(request: XMLHttpRequest): Response {
  const wait = request.getResponseHeader("retry-after");
  const headers = wait === null ? {} : { "retry-after": wait };
  return new Response(request.responseText, { status: request.status, headers });
}
