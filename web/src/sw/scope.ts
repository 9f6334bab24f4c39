// What a service worker sees, as far as this one looks: TypeScript knows either a page's world or a worker's.

export interface Extendable extends Event {
  waitUntil: (work: Promise<unknown>) => void;
}

export interface Fetching extends Extendable {
  readonly request: Request;
  readonly preloadResponse: Promise<Response | undefined>;
  respondWith: (answer: Promise<Response>) => void;
}

export interface Told extends Extendable {
  readonly data: unknown;
}

export interface Scope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim: () => Promise<void>; matchAll: (wanted: object) => Promise<readonly unknown[]> };
  readonly cookieStore?: { get: (name: string) => Promise<{ value?: string } | null> };
  skipWaiting: () => Promise<void>;
  addEventListener: ((name: "install" | "activate", heard: (event: Extendable) => void) => void) &
    ((name: "fetch", heard: (event: Fetching) => void) => void) &
    ((name: "message", heard: (event: Told) => void) => void);
}
