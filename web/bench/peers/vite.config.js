import { join } from "node:path";

const page = (name) => join(import.meta.dirname, `${name}.html`);

export default {
  root: import.meta.dirname,
  base: "./",
  build: {
    rollupOptions: { input: { fullcalendar: page("fullcalendar"), eventcalendar: page("eventcalendar") } },
    reportCompressedSize: false,
    emptyOutDir: true,
    chunkSizeWarningLimit: 5000,
  },
};
