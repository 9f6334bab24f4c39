// Lints the API's description: Redocly's strict rules, and its checks of what is optional in them.
import { join } from "node:path";
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";

const ref = join(import.meta.dirname, "../../backend/openapi.json");
const config = await createConfig({
  extends: ["recommended-strict"],
  rules: {
    "component-name-unique": "error",
    "no-required-schema-properties-undefined": "error",
    "operation-description": "error",
    "path-params-defined": "error",
    "operation-4xx-problem-details-rfc7807": "error",
    "no-ambiguous-paths": "off", // ours differ: what is an id is told from a word by its form
  },
});
const problems = await lint({ ref, config });
formatProblems(problems, { format: "stylish", totals: getTotals(problems), version: "" });
process.exitCode = problems.length > 0 ? 1 : 0;
