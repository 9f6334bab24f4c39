// Records on the disk, sealed: tables of JSON, and one of bytes.
import { type Database, type Sealed, write } from "./database.ts";
import { keyOf, nameKeyOf } from "./keys.ts";
import { isKept } from "./outbox.ts";
import type { NoteRecord } from "./record.ts";
import { type Bytes, decodeJson, encode, encodeJson, type Owner, placeOf, seal, unseal } from "./sealed.ts";
import type { Store } from "./store.ts";

type Name = "notes" | "photos" | "bytes" | "things";

/** One object store; what this tab has not seen it does not write over. */
export class Table {
  readonly #database: Database;
  readonly #owner: Owner;
  readonly #name: Name;
  readonly #key: Promise<CryptoKey>;
  readonly #seen = new Map<string, number>();

  constructor(database: Database, owner: Owner, name: Name, handle: CryptoKey) {
    this.#database = database;
    this.#owner = owner;
    this.#name = name;
    this.#key = keyOf(handle, name);
  }

  #place = (id: string): Bytes => placeOf(this.#owner, this.#name, id);

  /** To show it only. */
  async look(id: string): Promise<Bytes | null> {
    return this.#opened(id, await this.#database.get(this.#name, id));
  }

  /** To go on with it. */
  async get(id: string): Promise<Bytes | null> {
    const found = await this.#database.get(this.#name, id);
    this.#seen.set(id, found?.revision ?? 0);
    return this.#opened(id, found);
  }

  async #opened(id: string, found: Sealed | undefined): Promise<Bytes | null> {
    return found ? unseal(await this.#key, this.#place(id), found.bytes) : null;
  }

  /** What cannot be read, because it was damaged, stays where it is. */
  async all(): Promise<Bytes[]> {
    const ids = await this.#database.getAllKeys(this.#name);
    const found = await Promise.all(ids.map((id) => this.look(id).catch(() => null)));
    return found.filter((one) => one !== null);
  }

  async put(id: string, plain: Bytes, waits: boolean): Promise<void> {
    const bytes = await seal(await this.#key, this.#place(id), plain);
    const seen = this.#seen.get(id) ?? 0;
    await write(this.#database, this.#name, id, { revision: seen + 1, waits, bytes }, seen);
    this.#seen.set(id, seen + 1);
  }

  async remove(id: string): Promise<void> {
    await write(this.#database, this.#name, id, null, this.#seen.get(id) ?? 0);
    this.#seen.delete(id);
  }

  /** For what is only ever written whole: the last write wins. */
  async replace(id: string, plain: Bytes): Promise<void> {
    const bytes = await seal(await this.#key, this.#place(id), plain);
    await write(this.#database, this.#name, id, { revision: 1, waits: true, bytes }, null);
  }

  erase = (id: string): Promise<void> => write(this.#database, this.#name, id, null, null);
}

export class DiskStore implements Store {
  readonly isDisk = true;
  readonly #notes: Table;

  constructor(database: Database, owner: Owner, handle: CryptoKey) {
    this.#notes = new Table(database, owner, "notes", handle);
  }

  async all(): Promise<NoteRecord[]> {
    return (await this.#notes.all()).map((bytes) => decodeJson(bytes) as NoteRecord);
  }

  async get(id: string): Promise<NoteRecord | null> {
    const found = await this.#notes.get(id);
    return found && (decodeJson(found) as NoteRecord);
  }

  async look(id: string): Promise<NoteRecord | null> {
    const found = await this.#notes.look(id);
    return found && (decodeJson(found) as NoteRecord);
  }

  put = (record: NoteRecord): Promise<void> => this.#notes.put(record.id, encodeJson(record), isKept(record));
  remove = (id: string): Promise<void> => this.#notes.remove(id);
}

/** Values by name, such as the pack: the names are not to be read on the disk either. */
export class Things {
  readonly #table: Table;
  readonly #names: Promise<CryptoKey>;

  constructor(database: Database, owner: Owner, handle: CryptoKey) {
    this.#table = new Table(database, owner, "things", handle);
    this.#names = nameKeyOf(handle);
  }

  async #id(name: string): Promise<string> {
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", await this.#names, encode(name)));
    const hex = [...mac.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  async get(name: string): Promise<unknown> {
    const found = await this.#table.look(await this.#id(name));
    return found ? decodeJson(found) : undefined;
  }

  async put(name: string, value: unknown): Promise<void> {
    await this.#table.replace(await this.#id(name), encodeJson(value));
  }
}
