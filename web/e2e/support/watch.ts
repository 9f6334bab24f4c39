import type { BrowserContext, ConsoleMessage, Page } from "playwright-core";

const REFUSED = /^Failed to load resource: the server responded with a status of (\d+)/;

// A cut line ends what is on its way at any point: before the answer, in its head, in the middle of its body.
const AWAY = /^Failed to load resource: net::ERR_/;

/** What no page of the app may do: complain on its console, fail, break its policy, ask another origin. */
export class Complaints {
  readonly found: string[] = [];
  /** Every request of the window, in order. */
  readonly requests: { method: string; url: string }[] = [];
  readonly #origin: string;
  readonly #statuses: Set<number>;
  isOffline = false;

  constructor(origin: string, statuses: readonly number[]) {
    this.#origin = origin;
    this.#statuses = new Set(statuses);
  }

  async watch(context: BrowserContext): Promise<void> {
    await context.exposeBinding("policyBroken", (_source, report: string) => void this.found.push(report));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        const { policyBroken } = window as unknown as { policyBroken: (report: string) => void };
        policyBroken(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
      });
    });
    context.on("request", (request) => {
      this.requests.push({ method: request.method(), url: request.url() });
      if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== this.#origin)
        this.found.push(`asked ${request.url()}`);
    });
    context.on("page", (page) => this.#watchPage(page));
  }

  /** The API's requests so far: `GET /clients/index`. */
  get asked(): string[] {
    const base = `${this.#origin}/api/v1`;
    return this.requests
      .filter(({ url }) => url.startsWith(base))
      .map(({ method, url }) => `${method} ${url.slice(base.length)}`);
  }

  #watchPage(page: Page): void {
    page.on("pageerror", (error) => this.found.push(`error: ${error.stack ?? error.message}`));
    page.on("console", (message) => this.#hear(message));
  }

  #hear(message: ConsoleMessage): void {
    if (!["error", "warning"].includes(message.type())) return;
    const text = message.text();
    const status = REFUSED.exec(text)?.[1];
    if (status !== undefined && this.#statuses.has(Number(status))) return;
    if (this.isOffline && AWAY.test(text)) return;
    this.found.push(`console: ${text} (${message.location().url})`);
  }
}
