import "./ui/tokens.css";
import "./ui/base.css";
import { askAhead } from "./early.ts";

async function main(): Promise<void> {
  askAhead().catch(() => undefined); // whoever asks for the same hears what went wrong
  if (!("Temporal" in globalThis)) await import("temporal-polyfill/global");
  const { start } = await import("./start.tsx");
  await start();
}

void main();
