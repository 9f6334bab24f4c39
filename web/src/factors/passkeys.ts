import { Problem } from "../api/problems.ts";

type Options = Record<string, unknown> & { challenge: string; allowCredentials?: { id: string }[] };

/** What the API takes of a browser's answer, binary values in base64url. */
export interface Signed {
  id: string;
  rawId: string;
  type: "public-key";
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string };
  clientExtensionResults: Record<string, never>;
}

export const hasPasskeys = (): boolean => "PublicKeyCredential" in globalThis;

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

export function toBase64Url(bytes: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What a passkey answers: its signature for the server, and a secret of its own for this device's vault only. */
export interface Shown {
  credential: Signed;
  /** The same at each showing of the same passkey; it never leaves the browser. Null if the passkey gives none. */
  prf: Uint8Array | null;
}

// Whatever else a passkey is asked for elsewhere is another secret. Changing it would lock every device's vault.
const SALT = new TextEncoder().encode("pazpaz vault: open on this device");

/** Have the person show a passkey; a Problem if they do not. */
export async function sign(options: unknown): Promise<Shown> {
  if (!options) throw new Problem(403, "passkey-unused"); // the person has none
  const { challenge, allowCredentials = [], ...rest } = options as Options;
  return await show({
    ...rest,
    challenge: fromBase64Url(challenge),
    allowCredentials: allowCredentials.map((known) => ({ ...known, id: fromBase64Url(known.id) })),
  } as unknown as PublicKeyCredentialRequestOptions);
}

/** The same without a server: nobody checks the signature, only the vault's own secret counts. */
export const signHere = (): Promise<Shown> =>
  show({
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    rpId: location.hostname,
    userVerification: "required",
  });

async function show(asked: PublicKeyCredentialRequestOptions): Promise<Shown> {
  const publicKey = { ...asked, extensions: { prf: { eval: { first: SALT } } } };
  const made = (await navigator.credentials
    .get({ publicKey })
    .catch(() => null)) as PublicKeyCredential | null;
  if (!made) throw new Problem(403, "passkey-unused");
  const secret = made.getClientExtensionResults().prf?.results?.first;
  return { credential: plainOf(made), prf: secret ? new Uint8Array(secret as ArrayBuffer) : null };
}

function plainOf(made: PublicKeyCredential): Signed {
  const { clientDataJSON, authenticatorData, signature, userHandle } =
    made.response as AuthenticatorAssertionResponse;
  return {
    id: made.id,
    rawId: toBase64Url(made.rawId),
    type: "public-key",
    response: {
      clientDataJSON: toBase64Url(clientDataJSON),
      authenticatorData: toBase64Url(authenticatorData),
      signature: toBase64Url(signature),
      ...(userHandle && { userHandle: toBase64Url(userHandle) }),
    },
    clientExtensionResults: {},
  };
}
