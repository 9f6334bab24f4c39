// What must hold over a history: kept apart from the vault, and judged by what passes over the network and what lies on disks.
import { FIELDS, type Field, type ServerNote, type Texts, textsOf } from "../../../src/vault/texts.ts";

export const wordsOf = (text: string): string[] => text.match(/w\d+/g) ?? [];
const wordsIn = (texts: Texts): string[] => FIELDS.flatMap((field) => wordsOf(texts[field]));

interface Version {
  texts: Texts;
  writer: string;
}

export class Law {
  readonly broken: string[] = [];
  /** Words that lay on a disk, or that the server said it has. */
  readonly must = new Set<string>();
  /** Words that somebody who saw them took out, or that were on a device that was removed. */
  readonly excused = new Set<string>();
  /** Words that the server said it has. */
  readonly acked = new Set<string>();
  readonly #seen = new Map<string, Set<string>>();
  readonly #versions = new Map<string, Map<number, Version>>();
  readonly #latest = new Map<string, number>();
  /** Notes and appointments of which something became that is no saving: signed, archived, cancelled. */
  readonly disturbed = new Set<string>();
  conflicts = 0;

  saw(device: string, texts: Partial<Texts>): void {
    const seen = this.#seen.get(device) ?? new Set();
    for (const text of Object.values(texts)) for (const word of wordsOf(text)) seen.add(word);
    this.#seen.set(device, seen);
  }

  onDisk(texts: Texts): void {
    for (const word of wordsIn(texts)) this.must.add(word);
  }

  excuse(text: string): void {
    for (const word of wordsOf(text)) this.excused.add(word);
  }

  /** The note as the server has it after somebody's request. */
  noted(writer: string, note: ServerNote): void {
    const texts = textsOf(note);
    const versions = this.#versions.get(note.id) ?? new Map<number, Version>();
    const latest = this.#latest.get(note.id) ?? 0;
    this.#versions.set(note.id, versions);
    if (note.version <= latest) return;
    const before = versions.get(latest)?.texts;
    if (before) this.#overwritten(writer, before, texts);
    versions.set(note.version, { texts, writer });
    this.#latest.set(note.id, note.version);
    for (const field of FIELDS) this.acknowledged(texts[field]);
  }

  acknowledged(text: string): void {
    for (const word of wordsOf(text)) {
      this.must.add(word);
      this.acked.add(word);
    }
  }

  #overwritten(writer: string, before: Texts, after: Texts): void {
    const seen = this.#seen.get(writer);
    for (const field of FIELDS) {
      const gone = wordsOf(before[field]).filter((word) => !wordsOf(after[field]).includes(word));
      const unseen = gone.filter((word) => !seen?.has(word));
      if (unseen.length)
        this.broken.push(`${writer} wrote over ${unseen} in ${field} without having seen it`);
    }
  }

  /** A conflict needs somebody else: who wrote since the version that the text grew from, or did something else. */
  conflicted(
    device: string,
    appointment: string,
    sessionId: string | null,
    baseVersion: number | null,
  ): void {
    this.conflicts += 1;
    const versions = [...(this.#versions.get(sessionId ?? "") ?? new Map<number, Version>())];
    const others = versions.filter(
      ([version, { writer }]) => version > (baseVersion ?? 0) && writer !== device,
    );
    if (others.length || this.disturbed.has(appointment)) return;
    this.broken.push(`${device} has a conflict with itself at ${appointment}`);
  }

  /** "Saved" is said of exactly what the server has, or had when somebody else went on. */
  isSaved(sessionId: string | null, version: number | undefined, texts: Texts): boolean {
    if (version === undefined) return FIELDS.every((field) => texts[field] === "");
    const known = this.#versions.get(sessionId ?? "")?.get(version)?.texts;
    return known !== undefined && FIELDS.every((field) => known[field] === texts[field]);
  }

  judge(readable: ReadonlySet<string>): void {
    const lost = [...this.must].filter((word) => !readable.has(word) && !this.excused.has(word));
    if (lost.length) this.broken.push(`lost: ${lost}`);
  }
}

export type { Field };
