import type { NoteRecord } from "./record.ts";

/** Where records lie: the encrypted disk of one's own device, or this page's memory. */
export interface Store {
  /** Whether what was put survives this page. */
  readonly isDisk: boolean;
  all(): Promise<NoteRecord[]>;
  /** To show it only: whoever goes on with it holds its lock and gets it anew. */
  look(id: string): Promise<NoteRecord | null>;
  get(id: string): Promise<NoteRecord | null>;
  /** Resolves once it is there for good; rejects if it is not. */
  put(record: NoteRecord): Promise<void>;
  remove(id: string): Promise<void>;
}

export class MemoryStore implements Store {
  readonly isDisk = false;
  readonly #records = new Map<string, NoteRecord>();

  all(): Promise<NoteRecord[]> {
    return Promise.resolve([...this.#records.values()]);
  }

  get(id: string): Promise<NoteRecord | null> {
    return Promise.resolve(this.#records.get(id) ?? null);
  }

  look = (id: string): Promise<NoteRecord | null> => this.get(id);

  put(record: NoteRecord): Promise<void> {
    this.#records.set(record.id, record);
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.#records.delete(id);
    return Promise.resolve();
  }

  /** Nothing stays that does not have to. */
  forget(is: (record: NoteRecord) => boolean): void {
    for (const [id, record] of this.#records) if (is(record)) this.#records.delete(id);
  }
}
