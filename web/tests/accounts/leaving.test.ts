import { describe, expect, test } from "vitest";
import { gate } from "../../src/api/gate.ts";
import { dismiss, say, settle, toasts } from "../../src/core/toasts.ts";
import { askProof } from "../../src/welcome/proving.ts";

describe("a proof that something waits for", () => {
  test.each(["locked", "signed-out", "unknown"] as const)("is not given once the gate is %s", async (now) => {
    gate.value = "open";
    const proof = askProof();
    gate.value = now;
    expect(await proof).toBe(false);
  });
});

describe("what waits for its undo to go", () => {
  test("is done when nothing can be undone any more, once, and nothing is said of it", async () => {
    const did: string[] = [];
    say("archiving", { after: () => did.push("archived") });
    const undone = say("moving", { after: () => did.push("moved") });
    dismiss(undone, true);
    await settle();
    await settle();
    expect(did).toEqual(["archived"]);
    expect(toasts.value).toEqual([]);
  });
});
