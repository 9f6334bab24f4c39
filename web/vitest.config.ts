import { defineConfig } from "vitest/config";
import { messages } from "./tools/messages.ts";

const shared = {
  plugins: [messages()],
  oxc: { jsx: { runtime: "automatic" as const, importSource: "preact" } },
};

// First what needs no browser, then the app in one: file by file, once, on one `pazpaz up`.
export default defineConfig({
  test: {
    reporters: ["verbose"],
    projects: [
      { ...shared, test: { name: "rules", include: ["tests/**/*.test.ts"], sequence: { groupOrder: 0 } } },
      {
        ...shared,
        test: {
          name: "browser",
          include: ["e2e/**/*.test.ts"],
          globalSetup: ["e2e/support/up.ts"],
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // In CI once more, said as such: a real browser on a busy machine is not always in time. Here each miss is seen.
          retry: process.env.CI ? 1 : 0,
          expect: { poll: { timeout: 15_000 } }, // a second, as it is else, is short for a busy machine
        },
      },
    ],
  },
});
