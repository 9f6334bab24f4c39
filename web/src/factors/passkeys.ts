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

/** Have the person show a passkey; a Problem if they do not. */
export async function sign(options: unknown): Promise<Signed> {
  if (!options) throw new Problem(403, "passkey-unused"); // the person has none
  const { challenge, allowCredentials = [], ...rest } = options as Options;
  const publicKey = {
    ...rest,
    challenge: fromBase64Url(challenge),
    allowCredentials: allowCredentials.map((known) => ({ ...known, id: fromBase64Url(known.id) })),
  } as unknown as PublicKeyCredentialRequestOptions;
  const made = await navigator.credentials.get({ publicKey }).catch(() => null);
  if (!made) throw new Problem(403, "passkey-unused");
  return plainOf(made as PublicKeyCredential);
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
