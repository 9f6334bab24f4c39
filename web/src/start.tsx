import { render } from "preact";
import { startWords } from "./core/i18n.ts";
import { watchInstall } from "./core/install.ts";
import { startPreferences } from "./core/preferences.ts";
import { App } from "./shell/App.tsx";

export async function start(): Promise<void> {
  watchInstall();
  startPreferences();
  await startWords();
  const root = document.getElementById("app");
  if (root) render(<App />, root);
}
