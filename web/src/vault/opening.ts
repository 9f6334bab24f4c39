// How a note is opened in a vault: what lies there first, else what the server has, else what the pack has.
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Schemas } from "../api/client.ts";
import { asProblem, Problem } from "../api/problems.ts";
import type { Keeper } from "./keeper.ts";
import { absorb } from "./merging.ts";
import { filed, hasId, isKept } from "./outbox.ts";
import { type NoteRecord, newRecord } from "./record.ts";
import type { SaveState } from "./state.ts";
import { type Field, noTexts, type ServerNote, type Texts } from "./texts.ts";
import type { Vault } from "./vault.ts";

export interface OpenNote {
  readonly clientSessionId: string;
  /** Null: it has no appointment yet. */
  readonly appointmentId: ReadonlySignal<string | null>;
  readonly texts: ReadonlySignal<Texts>;
  readonly state: ReadonlySignal<SaveState>;
  /** As last answered. */
  readonly server: ReadonlySignal<Schemas["Session"] | null>;
  /** Whether it was opened as the server has it, or from what lies here. */
  readonly asOf: "server" | "device";
  /** At each keystroke; never slow. */
  write(field: Field, text: string): void;
  file(appointmentId: string): Promise<void>;
  /** To the disk and, if it is reachable, to the server; resolves when nothing newer waits or it cannot go on. */
  flush(): Promise<void>;
  /** After finalizing, amending, restoring, or a decision. */
  refresh(): Promise<void>;
  /** Remembered, and never carried out by itself. */
  wish(finalize: boolean): Promise<void>;
  takeOver(): Promise<void>;
  close(): Promise<void>;
}

export type NoteAt = { appointmentId: string } | { clientSessionId: string };

/** What a device has of a note without asking anybody: the pack tells. */
type Finder = (appointmentId: string) => Promise<ServerNote | null>;
let findHere: Finder = () => Promise.resolve(null);
export function findWith(finder: Finder): void {
  findHere = finder;
}

export async function openIn(vault: Vault, at: NoteAt): Promise<OpenNote> {
  const isThis = (record: NoteRecord): boolean => isAt(record, at);
  const here = vault.find(isThis) ?? (await vault.untold(isThis));
  const keeper = here && (await vault.reopen(here));
  const found = keeper && (await goOn(vault, keeper));
  if (found) return found;
  const appointmentId = "appointmentId" in at ? at.appointmentId : here?.appointmentId;
  if (!appointmentId) throw new Problem(404, "not-found");
  return openAnew(vault, appointmentId);
}

/** What waits here is shown at once, and takes over what the server has later; all else the server is asked for first. */
async function goOn(vault: Vault, keeper: Keeper): Promise<OpenNote | null> {
  const reading = keeper.refresh().catch(() => false);
  if (isKept(keeper.record.peek())) return face(vault, keeper, "device");
  const isRead = await reading;
  const record = keeper.record.peek();
  if (isRead && record.status === "archived" && !isKept(record) && keeper.openings === 1) {
    await vault.discard(keeper); // its appointment may have another
    return null;
  }
  return face(vault, keeper, isRead ? "server" : "device");
}

const isAt = (record: NoteRecord, at: NoteAt): boolean =>
  "appointmentId" in at ? record.appointmentId === at.appointmentId : hasId(record, at.clientSessionId);

async function openAnew(vault: Vault, appointmentId: string): Promise<OpenNote> {
  const { note, asOf } = await findNote(vault, appointmentId);
  const meanwhile = vault.find((one) => one.appointmentId === appointmentId && one.status !== "archived");
  const joined = meanwhile && (await vault.reopen(meanwhile));
  if (joined) return face(vault, joined, asOf);
  const fresh = newRecord({ appointmentId, texts: noTexts() });
  const record = note ? absorb(fresh, note) : fresh;
  return face(vault, await vault.open(record, note), asOf);
}

async function findNote(
  vault: Vault,
  appointmentId: string,
): Promise<{ note: ServerNote | null; asOf: "server" | "device" }> {
  try {
    return { note: await vault.world.wire.ofAppointment(appointmentId), asOf: "server" };
  } catch (error) {
    // Without a disk the server has to say that there is none: nothing was ever known here.
    if (asProblem(error).status !== 0 || !vault.world.store.isDisk) throw error;
    return { note: await findHere(appointmentId), asOf: "device" };
  }
}

/** A note whose appointment is not known yet. */
export async function beginIn(vault: Vault): Promise<OpenNote> {
  const record = newRecord({ appointmentId: null, texts: noTexts() });
  return face(vault, await vault.open(record, null), "device");
}

/** The conflict view decided: the server's text is taken over here. */
export async function decidedIn(vault: Vault, clientSessionId: string): Promise<void> {
  const record = vault.find((one) => isAt(one, { clientSessionId }));
  if (!record) return;
  const keeper = await vault.reopen(record);
  if (!keeper) return;
  await keeper.decided().finally(() => vault.close(keeper));
}

function face(vault: Vault, keeper: Keeper, asOf: "server" | "device"): OpenNote {
  return {
    get clientSessionId() {
      return keeper.record.peek().clientSessionId;
    },
    appointmentId: computed(() => keeper.record.value.appointmentId),
    texts: computed(() => keeper.record.value.texts),
    state: keeper.state,
    server: keeper.server,
    asOf,
    write: (field, text) => keeper.write(field, text),
    file: async (appointmentId) => {
      keeper.change((record) => filed(record, appointmentId));
      await keeper.flush();
    },
    flush: () => keeper.flush(),
    refresh: async () => {
      await keeper.refresh();
    },
    wish: async (wantsFinal) => {
      keeper.change((record) => ({ ...record, wantsFinal }));
      await keeper.toDisk();
    },
    takeOver: () => vault.takeOver(keeper),
    close: () => vault.close(keeper),
  };
}
