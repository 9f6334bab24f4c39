// The line between a browser and the server, which can be cut: nobody answers then, as when the process has stopped.
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.ts";
import { place } from "./place.ts";

type Started = { close: () => Promise<void> };

export class Line<B extends Started = Browser> {
  readonly browser: B;
  readonly #port: number;
  readonly #open = new Set<Socket>();
  #server: Server;

  private constructor(browser: B, server: Server, port: number) {
    this.browser = browser;
    this.#server = server;
    this.#port = port;
  }

  /** A browser of its own, whose way to the server's address leads through here: passkeys hold for the address. */
  static lay(): Promise<Line> {
    return Line.for(launch);
  }

  /** The same for a browser that is started in another way. */
  static async for<B extends Started>(start: (args: string[]) => Promise<B>): Promise<Line<B>> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const { host } = new URL(place.base);
    const line = new Line(await start([`--host-resolver-rules=MAP ${host} 127.0.0.1:${port}`]), server, port);
    line.#forward();
    return line;
  }

  #forward(): void {
    this.#server.on("connection", (from) => {
      const to = connect(Number(new URL(place.base).port), "127.0.0.1");
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        this.#open.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#open.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  async mend(): Promise<void> {
    this.#server = createServer();
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#forward();
  }

  async end(): Promise<void> {
    await this.browser.close();
    if (this.#server.listening) await this.cut();
  }
}
