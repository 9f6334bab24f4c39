// How a record is sealed: AES-256-GCM under a key of its store, bound to its place, its length rounded up.

export interface Owner {
  workspaceId: string;
  userId: string;
  deviceId: string;
}
export type StoreName = "notes" | "photos" | "bytes" | "things" | "wraps";

const FORMAT = "pazpaz-vault-1";
const IV = 12;
const ROUND = 256;
const utf8 = new TextEncoder();

export type Bytes = Uint8Array<ArrayBuffer>;
export const encode = (text: string): Bytes => utf8.encode(text);
export const encodeJson = (value: unknown): Bytes => encode(JSON.stringify(value));
export const decodeJson = (bytes: Bytes): unknown => JSON.parse(new TextDecoder().decode(bytes));

export const placeOf = (owner: Owner, store: StoreName, id: string): Bytes =>
  encode([FORMAT, owner.workspaceId, owner.userId, owner.deviceId, store, id].join("|"));

/** The first four bytes say how many of the rest count. */
function padded(plain: Bytes): Bytes {
  const bytes = new Uint8Array(Math.ceil((plain.length + 4) / ROUND) * ROUND);
  new DataView(bytes.buffer).setUint32(0, plain.length);
  bytes.set(plain, 4);
  return bytes;
}

function unpadded(bytes: Bytes): Bytes {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return bytes.slice(4, 4 + length);
}

export async function seal(key: CryptoKey, place: Bytes, plain: Bytes): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const algorithm = { name: "AES-GCM", iv, additionalData: place };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, padded(plain)));
  const both = new Uint8Array(IV + sealed.length);
  both.set(iv);
  both.set(sealed, IV);
  return both;
}

/** Rejects what was sealed under another key or for another place. */
export async function unseal(key: CryptoKey, place: Bytes, both: Bytes): Promise<Bytes> {
  const algorithm = { name: "AES-GCM", iv: both.slice(0, IV), additionalData: place };
  return unpadded(new Uint8Array(await crypto.subtle.decrypt(algorithm, key, both.slice(IV))));
}
