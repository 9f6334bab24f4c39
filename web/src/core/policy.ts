// The app's one Trusted Types policy: it lets through the address of the service worker, and nothing else.

interface Factory {
  createPolicy: (
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ) => { createScriptURL: (address: string) => unknown };
}

const WORKER = "/app/sw.js";

const onlyWorker = (address: string): string => {
  if (address !== WORKER) throw new TypeError("only the service worker's script");
  return address;
};

let made: unknown;

/** The worker's address, as `register` takes it where Trusted Types are required. */
export function workerScript(): string {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  made ??= factory?.createPolicy("pazpaz", { createScriptURL: onlyWorker }).createScriptURL(WORKER) ?? WORKER;
  return made as string;
}
