import "./ui/tokens.css";
import "./ui/base.css";
import { render } from "preact";
import { startWords } from "./core/i18n.ts";
import { startPreferences } from "./core/preferences.ts";

async function start(): Promise<void> {
  startPreferences();
  if (!("Temporal" in globalThis)) await import("temporal-polyfill/global");
  const [{ App }] = await Promise.all([import("./shell/App.tsx"), startWords()]);
  const root = document.getElementById("app");
  if (root) render(<App />, root);
}

void start();
