// Random commands, as plain data that shrinks.
import fc from "fast-check";
import type { Command } from "./history.ts";
import { FATES } from "./network.ts";

const device = fc.nat(1);
const appointment = fc.constantFrom(0, 0, 0, 1, 2);
const note = fc.nat(2);
const days = fc.constantFrom(0, 3650, -3650, -0.01, 0.01, -8);
const fates = fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 4 });
const of = <T extends Command["do"]>(
  name: T,
  rest: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Command> => fc.record({ do: fc.constant(name), ...rest }) as unknown as fc.Arbitrary<Command>;

const how = fc.constantFrom("more", "more", "more", "more", "anew", "clear");
const milliseconds = fc.constantFrom(50, 300, 450, 1300, 6000, 31_000, 61_000);

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: of("open", { device, appointment }) },
  { weight: 20, arbitrary: of("type", { device, appointment, field: fc.nat(1), how }) },
  { weight: 10, arbitrary: of("wait", { milliseconds }) },
  { weight: 2, arbitrary: of("close", { device, note }) },
  { weight: 3, arbitrary: of("crash", { device, steps: fc.nat(8) }) },
  { weight: 2, arbitrary: of("tab", { device, appointment }) },
  { weight: 3, arbitrary: of("line", { device, isOnline: fc.boolean() }) },
  { weight: 5, arbitrary: of("fates", { device, fates }) },
  { weight: 2, arbitrary: of("sign-in", { device, isLost: fc.boolean() }) },
  { weight: 2, arbitrary: of("clock", { device, days }) },
  { weight: 1, arbitrary: of("lock", { device }) },
  {
    weight: 2,
    arbitrary: of("disturb", {
      what: fc.constantFrom("finalize", "archive", "cancel", "schedule"),
      appointment,
    }),
  },
  { weight: 2, arbitrary: of("decide", { device, how: fc.nat(5) }) },
  { weight: 3, arbitrary: of("deliver", {}) },
  { weight: 2, arbitrary: of("refresh", { device, note }) },
  { weight: 1, arbitrary: of("full", { device, isFull: fc.boolean() }) },
  { weight: 1, arbitrary: of("file", { device, appointment }) },
  { weight: 1, arbitrary: of("remove", { device }) },
);
