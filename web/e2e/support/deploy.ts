// The same server at a second address, where another build of the app can be served, whole or broken.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import {
  request as ask,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { place } from "./place.ts";

const WEB = join(import.meta.dirname, "../..");
const BUILT = join(WEB, "../backend/src/pazpaz/webapp/assets");

/** The files of a build by their path below /app/. */
export type Files = Map<string, Buffer>;

export function filesIn(folder: string): Files {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const plain = names.filter(
    (name) => !/^\.|\.(?:br|gz)$/.test(name) && statSync(join(folder, name)).isFile(),
  );
  return new Map(plain.map((name) => [name, readFileSync(join(folder, name))]));
}

/** A build of the app as it is here, with one message that says something else. */
export function buildWith(slice: string, key: string, says: string): Files {
  const scratch = mkdtempSync(join(tmpdir(), "pazpaz-deploy-"));
  const left = new Set(["node_modules", "e2e", "bench", "tests"]);
  const [copy, out] = [join(scratch, "web"), join(scratch, "out")];
  cpSync(WEB, copy, { recursive: true, filter: (path) => !left.has(relative(WEB, path)) });
  symlinkSync(join(WEB, "node_modules"), join(copy, "node_modules"));
  const path = join(copy, `messages/${slice}.he.json`);
  const words = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
  writeFileSync(path, JSON.stringify({ ...words, [key]: says }));
  const vite = join(copy, "node_modules/vite/bin/vite.js");
  execFileSync(process.execPath, [vite, "build", "--logLevel", "warn"], {
    cwd: copy,
    env: { ...process.env, NODE_ENV: "production", PAZPAZ_WEB_OUT: out },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const files = filesIn(out);
  rmSync(scratch, { recursive: true });
  return files;
}

export class Deployed {
  readonly base: string;
  /** What is served instead of the server's own build; null: that one. */
  files: Files | null = null;
  /** Answers of /app/ addresses that are wrong on purpose, by their path below it. */
  readonly wrong = new Map<string, { status: number; body: Buffer | string }>();
  /** What is asked arrives, and no answer ever comes back. */
  isSilent = false;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.base = `http://localhost:${port}`;
    server.on("request", (from: IncomingMessage, to: ServerResponse) => void this.#answer(from, to));
  }

  static async start(): Promise<Deployed> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return new Deployed(server, typeof address === "object" && address ? address.port : 0);
  }

  /** Nobody answers at this address any more, as when the process has stopped. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(from: IncomingMessage, to: ServerResponse): Promise<void> {
    if (this.isSilent) return void forward(from, null);
    const path = new URL(from.url ?? "/", place.base).pathname;
    const name = path.startsWith("/app/") ? path.slice("/app/".length) : null;
    const wrong = name === null ? undefined : this.wrong.get(name);
    if (name === null || (!wrong && !this.files)) return void forward(from, to);
    const { headers, body } = await likeTheServer(from, name);
    if (wrong) return void to.writeHead(wrong.status, headers).end(wrong.body);
    const file = this.files?.get(name);
    if (file) return void to.writeHead(200, headers).end(file);
    if (name.startsWith("assets/")) return void to.writeHead(404, { "content-type": "text/plain" }).end();
    const who = body.includes("data-nobody") ? ".nobody" : "";
    to.writeHead(200, headers).end(this.files?.get(`index.${headers["content-language"]}${who}.html`));
  }
}

const own = [...filesIn(BUILT).keys()];

/** The headers the server gives what is of this kind. */
async function likeTheServer(from: IncomingMessage, name: string) {
  const ending = name.slice(name.lastIndexOf("."));
  const known = own.includes(name)
    ? name
    : own.find((one) => one.startsWith("assets/") && one.endsWith(ending));
  const { cookie = "", "accept-language": language = "" } = from.headers;
  const url = `${place.base}/app/${name.startsWith("assets/") ? known : name}`;
  const answer = await fetch(url, { headers: { cookie, "accept-language": language } });
  const all = Object.fromEntries(answer.headers);
  for (const gone of ["etag", "content-length", "content-encoding", "transfer-encoding"]) delete all[gone];
  return { headers: all, body: await answer.text() };
}

function forward(from: IncomingMessage, to: ServerResponse | null): void {
  const headers = { ...from.headers, host: new URL(place.base).host };
  if (headers.origin) headers.origin = place.base;
  const asked = ask(`${place.base}${from.url}`, { method: from.method ?? "GET", headers }, (answer) => {
    if (!to) return void answer.resume();
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(to);
  });
  asked.on("error", () => to?.destroy());
  from.pipe(asked);
}
