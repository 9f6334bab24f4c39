// The machine is broken rule by rule, and the histories have to tell.
import "./page.ts";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import type * as merging from "../../src/vault/merging.ts";
import type * as outbox from "../../src/vault/outbox.ts";
import type { NoteRecord } from "../../src/vault/record.ts";
import type * as sender from "../../src/vault/sender.ts";
import type * as state from "../../src/vault/state.ts";
import { FIELDS, pick, type ServerNote, textsOf } from "../../src/vault/texts.ts";

const OUTBOX = "../../src/vault/outbox.ts";
const MERGING = "../../src/vault/merging.ts";
const STATE = "../../src/vault/state.ts";

function outboxWith(change: (real: typeof outbox) => Partial<typeof outbox>): void {
  vi.doMock(OUTBOX, async (original) => {
    const real = (await original()) as typeof outbox;
    return { ...real, ...change(real) };
  });
}

function mergingWith(change: (real: typeof merging) => Partial<typeof merging>): void {
  vi.doMock(MERGING, async (original) => {
    const real = (await original()) as typeof merging;
    return { ...real, ...change(real) };
  });
}

const RULES: [string, RegExp, () => void][] = [
  [
    "an unanswered request is repeated before anything follows it",
    /conflict with itself/,
    () =>
      outboxWith((real) => ({
        refusedBy: (record, problem) => {
          const { record: next, then } = real.refusedBy(record, problem);
          return { record: then.do === "wait" ? { ...next, inflight: null } : next, then };
        },
      })),
  ],
  [
    "what may have arrived is known to be one's own",
    /conflict with itself/,
    () =>
      mergingWith((real) => ({
        absorb: (record, note, seen = {}) => real.absorb(record, note, { ...seen, perhaps: {} }),
      })),
  ],
  [
    "a text is sent on a version only when its words were taken over",
    /without having seen it/,
    () =>
      mergingWith((real) => ({
        absorb: (record, note, seen) => {
          const base = { version: record.base?.version ?? 0, texts: textsOf(note) };
          return real.absorb({ ...record, base }, note, seen);
        },
      })),
  ],
  [
    "an answer does not go over what was typed meanwhile",
    /lost/,
    () =>
      outboxWith((real) => ({
        saved: (record: NoteRecord, note: ServerNote, now: number) => {
          const step = real.saved(record, note, now);
          return { ...step, record: { ...step.record, texts: textsOf(note), touched: [] } };
        },
      })),
  ],
  [
    "saved is said after the server said so",
    /says saved of what/,
    () =>
      vi.doMock(STATE, async (original) => {
        const real = (await original()) as typeof state;
        return {
          ...real,
          stateOf: (of: state.Standing) => (of.isOnDisk ? { kind: "saved", at: 0 } : real.stateOf(of)),
        };
      }),
  ],
  [
    "contested texts are both kept",
    /lost/,
    () =>
      mergingWith((real) => ({
        absorb: (record, note, seen) => {
          const made = real.absorb(record, note, seen);
          return {
            ...made,
            decision: null,
            texts: { ...made.texts, ...pick(textsOf(note), made.decision?.fields ?? []) },
          };
        },
      })),
  ],
  [
    "a request is on the disk before it leaves",
    /conflict with itself/,
    () =>
      vi.doMock("../../src/vault/sender.ts", async (original) => {
        const real = (await original()) as typeof sender;
        class Hasty extends real.Sender {
          constructor(...[world, kept]: ConstructorParameters<typeof sender.Sender>) {
            super(world, {
              record: kept.record,
              hold: kept.hold,
              server: kept.server,
              change: (to) => kept.change(to),
              toDisk: async () => true,
              sendSoon: (wait) => kept.sendSoon(wait),
              leaveAlone: (wait) => kept.leaveAlone(wait),
            });
          }
        }
        return { ...real, Sender: Hasty };
      }),
  ],
];

afterEach(() => {
  for (const path of [OUTBOX, MERGING, STATE, "../../src/vault/sender.ts"]) vi.doUnmock(path);
  vi.resetModules();
});

test.each(RULES)(
  "without the rule that %s, a history tells",
  async (_rule, says, breakIt) => {
    breakIt();
    const { command } = await import("./sim/commands.ts");
    const { lived } = await import("./sim/lived.ts");
    const found = await fc.check(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 40, size: "max" }), async (commands) => {
        expect((await lived(commands, false)).broken.join("\n")).not.toMatch(says);
      }),
      { numRuns: 2000, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  },
  300_000,
);

test("only touched fields are sent", async () => {
  const { plan, typed } = await import("../../src/vault/outbox.ts");
  const { newRecord } = await import("../../src/vault/record.ts");
  const { noTexts } = await import("../../src/vault/texts.ts");
  fc.assert(
    fc.property(fc.subarray([...FIELDS], { minLength: 1 }), (fields) => {
      const fresh = newRecord({ appointmentId: "a", texts: noTexts() });
      const record = fields.reduce((one, field) => typed(one, field, "text", 1), fresh);
      expect(Object.keys(plan(record, { now: 1 }).send?.texts ?? {}).sort()).toEqual([...fields].sort());
    }),
  );
});
