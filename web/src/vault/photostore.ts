// Where photos wait: what they are, and their bytes.
import type { Database } from "./database.ts";
import { Table } from "./disk.ts";
import { type Bytes, decodeJson, encodeJson, type Owner } from "./sealed.ts";

export interface KeptPhoto {
  id: string;
  clientSessionId: string;
  appointmentId: string | null;
  sessionId: string | null;
  name: string;
  type: string;
  size: number;
  at: number;
}

export interface PhotoStore {
  readonly isDisk: boolean;
  all(): Promise<KeptPhoto[]>;
  put(photo: KeptPhoto, bytes: Bytes): Promise<void>;
  bytes(id: string): Promise<Bytes | null>;
  remove(id: string): Promise<void>;
}

export class MemoryPhotos implements PhotoStore {
  readonly isDisk = false;
  readonly #kept = new Map<string, { photo: KeptPhoto; bytes: Bytes }>();

  all = async (): Promise<KeptPhoto[]> => [...this.#kept.values()].map(({ photo }) => photo);
  put = async (photo: KeptPhoto, bytes: Bytes): Promise<void> =>
    void this.#kept.set(photo.id, { photo, bytes });
  bytes = async (id: string): Promise<Bytes | null> => this.#kept.get(id)?.bytes ?? null;
  remove = async (id: string): Promise<void> => void this.#kept.delete(id);
}

/** The bytes first: what is listed is there. */
export class DiskPhotos implements PhotoStore {
  readonly isDisk = true;
  readonly #photos: Table;
  readonly #bytes: Table;

  constructor(database: Database, owner: Owner, handle: CryptoKey) {
    this.#photos = new Table(database, owner, "photos", handle);
    this.#bytes = new Table(database, owner, "bytes", handle);
  }

  all = async (): Promise<KeptPhoto[]> =>
    (await this.#photos.all()).map((found) => decodeJson(found) as KeptPhoto);

  async put(photo: KeptPhoto, bytes: Bytes): Promise<void> {
    await this.#bytes.replace(photo.id, bytes);
    await this.#photos.replace(photo.id, encodeJson(photo));
  }

  bytes = (id: string): Promise<Bytes | null> => this.#bytes.look(id);

  async remove(id: string): Promise<void> {
    await this.#photos.erase(id);
    await this.#bytes.erase(id);
  }
}
