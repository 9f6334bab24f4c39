// The data key of a device: what wraps it, and the handle that opens records without telling the key.
import { type Bytes, encode, type Owner, placeOf, type StoreName, seal, unseal } from "./sealed.ts";

/** By what a data key can be unwrapped: the server's secret (W1), a passkey (W2), a passphrase (W3). */
export type Key = { secret: Uint8Array } | { prf: Uint8Array } | { passphrase: string };
export type Way = "secret" | "prf" | "passphrase";

export interface Wrap {
  way: Way;
  salt: Bytes;
  sealed: Bytes;
}

const ROUNDS = 600_000;
export const SHORTEST_PASSPHRASE = 12;

export const wayOf = (by: Key): Way => ("secret" in by ? "secret" : "prf" in by ? "prf" : "passphrase");

export const newDataKey = (): Bytes => crypto.getRandomValues(new Uint8Array(32));

const importFor = (bytes: Uint8Array, algorithm: "HKDF" | "PBKDF2", usage: KeyUsage[]): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", new Uint8Array(bytes), algorithm, false, usage);

/** Not extractable: it can be kept and used, and nobody can read it. */
export const handleOf = (dataKey: Bytes): Promise<CryptoKey> => importFor(dataKey, "HKDF", ["deriveKey"]);

const AES = { name: "AES-GCM", length: 256 } as const;
const hkdf = (salt: Bytes, info: string) => ({ name: "HKDF", hash: "SHA-256", salt, info: encode(info) });
const NO_SALT: Bytes = new Uint8Array(32);

export const keyOf = (handle: CryptoKey, store: StoreName): Promise<CryptoKey> =>
  crypto.subtle.deriveKey(hkdf(NO_SALT, `pazpaz vault ${store}`), handle, AES, false, ["encrypt", "decrypt"]);

/** For names that are not to be read on the disk. */
export const nameKeyOf = (handle: CryptoKey): Promise<CryptoKey> => {
  const kind = { name: "HMAC", hash: "SHA-256", length: 256 } as const;
  return crypto.subtle.deriveKey(hkdf(NO_SALT, "pazpaz vault names"), handle, kind, false, ["sign"]);
};

async function wrappingKey(by: Key, salt: Bytes): Promise<CryptoKey> {
  const usages: KeyUsage[] = ["encrypt", "decrypt"];
  if ("passphrase" in by) {
    const base = await importFor(encode(by.passphrase.normalize("NFKC")), "PBKDF2", ["deriveKey"]);
    const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    return crypto.subtle.deriveKey(algorithm, base, AES, false, usages);
  }
  const base = await importFor("secret" in by ? by.secret : by.prf, "HKDF", ["deriveKey"]);
  return crypto.subtle.deriveKey(hkdf(salt, `pazpaz vault wrap ${wayOf(by)}`), base, AES, false, usages);
}

export async function wrap(owner: Owner, dataKey: Bytes, by: Key): Promise<Wrap> {
  const way = wayOf(by);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await wrappingKey(by, salt);
  return { way, salt, sealed: await seal(key, placeOf(owner, "wraps", way), dataKey) };
}

/** The data key, or null if this does not open it. */
export async function unwrap(owner: Owner, { way, salt, sealed }: Wrap, by: Key): Promise<Bytes | null> {
  try {
    return await unseal(await wrappingKey(by, salt), placeOf(owner, "wraps", way), sealed);
  } catch {
    return null;
  }
}
