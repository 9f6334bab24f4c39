import { defineConfig } from "vitest/config";
import { messages } from "./tools/messages.ts";

export default defineConfig({
  plugins: [messages()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: { include: ["tests/**/*.test.ts"], reporters: ["default"] },
});
