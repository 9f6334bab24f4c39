// Starts one real `pazpaz up` for the whole run, with a data folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromiumPath } from "./chromium.ts";

const START_SECONDS = 180;
const HINT =
  "the browser tests are skipped: no Chromium (apt install chromium, or set PAZPAZ_CHROMIUM=/path/to/it)";

// A test run is many people behind one address, in more of a hurry than any practice.
const LIMITS = [
  "READS_PER_MINUTE",
  "WRITES_PER_MINUTE",
  "OWN_PER_MINUTE",
  "PUBLIC_PER_MINUTE",
  "LINKS_PER_MINUTE",
  "LINKS_PER_DAY",
  "SIGN_UPS_PER_DAY",
];

export interface Running {
  /** Where people reach it: a name, since browsers make no passkey for a number. */
  base: string;
  /** The page of the mails it sent. */
  mail: string;
  stop: () => Promise<void>;
}

interface Project {
  provide: (key: "base" | "mail", value: string) => void;
}

export default async function setup(project: Project): Promise<(() => Promise<void>) | undefined> {
  if (!chromiumPath()) {
    if (process.env.CI) throw new Error(HINT);
    process.stderr.write(`${HINT}\n`);
    return undefined;
  }
  const running = await up();
  project.provide("base", running.base);
  project.provide("mail", running.mail);
  return running.stop;
}

export async function up(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "pazpaz-e2e-"));
  const port = await freePort();
  const log = openSync(join(folder, "log"), "w");
  const program = process.env.PAZPAZ_PROGRAM ?? join(import.meta.dirname, "../../../.venv/bin/pazpaz");
  const words = ["up", "--no-demo", "--port", String(port), "--data-dir", join(folder, "data")];
  const child = spawn(program, words, { cwd: folder, env: environment(), stdio: ["ignore", log, log] });
  closeSync(log);
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const base = `http://localhost:${port}`;
  try {
    await answering(base, child, join(folder, "log"));
    const key = mailKey(join(folder, "data/runtime.json"));
    return { base, mail: `${base}/dev/mail/${key}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("PAZPAZ_"));
  const raised = LIMITS.map((name) => [`PAZPAZ_RATE_LIMIT_${name}`, "1000000"]);
  return Object.fromEntries([...kept, ...raised]);
}

function mailKey(path: string): string {
  const note = JSON.parse(readFileSync(path, "utf8")) as { environment: Record<string, string> };
  return note.environment.PAZPAZ_MAIL_CATCHER_KEY ?? "";
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function answering(base: string, child: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; tries < START_SECONDS * 5; tries += 1) {
    const answer = await fetch(`${base}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    if (child.exitCode !== null) break;
    await sleep(200);
  }
  throw new Error(`pazpaz up did not start:\n${readFileSync(log, "utf8").slice(-2000)}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const over = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await over;
}
