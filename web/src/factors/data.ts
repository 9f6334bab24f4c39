import { api, body } from "../api/client.ts";
import { asProblem, explain, Problem } from "../api/problems.ts";
import { openByPassphrase, openByPrf } from "../vault/alone.ts";
import { hold } from "../vault/door.ts";
import { fromBase64Url, type Shown, sign, signHere } from "./passkeys.ts";

explain({
  "factor-not-proved": "factors.not-proved",
  "too-many-tries": "factors.too-many-tries",
  "challenge-over": "factors.challenge-over",
  "passkey-unused": "factors.passkey-unused",
  "passkey-not-valid": "factors.passkey-not-valid",
  "not-by-this-passkey": "factors.not-by-this-passkey",
  "passphrase-wrong": "factors.passphrase-wrong",
  "step-up-required": "factors.step-up-required",
});

/** Prove by a passkey who is here; a challenge is good for one try. The same gesture opens what lies on this device. */
export async function proveByPasskey(): Promise<Shown> {
  const asked = await body(api.POST("/api/v1/auth/prove/options"));
  const shown = await sign(asked.public_key);
  const { credential } = shown;
  await api.POST("/api/v1/auth/prove", { body: { challenge_id: asked.challenge_id, credential } });
  await hold(shown.prf);
  return shown;
}

/** Have a passkey open this device without the server, too; false if it has no secret to give. */
export const setUpByPasskey = async (): Promise<boolean> => (await proveByPasskey()).prf !== null;

/** Open what lies on this device while the server cannot be asked. Nothing is proved to it by that. */
export async function openHereByPasskey(): Promise<void> {
  const { credential, prf } = await signHere();
  const { userHandle } = credential.response;
  if (!prf || !userHandle || !(await openByPrf(userOf(userHandle), prf))) {
    throw new Problem(403, "not-by-this-passkey");
  }
}

export async function openHereByPassphrase(passphrase: string): Promise<void> {
  if (!(await openByPassphrase(passphrase))) throw new Problem(403, "passphrase-wrong");
}

/** By a passkey: proved to the server, or where it cannot be reached to this device alone. */
export async function unlockByPasskey(): Promise<"proved" | "here"> {
  try {
    await proveByPasskey();
    return "proved";
  } catch (error) {
    if (asProblem(error).status !== 0) throw error;
    await openHereByPasskey();
    return "here";
  }
}

/** Whose passkey it is: the sixteen bytes of a user's id. */
const userOf = (userHandle: string): string => {
  const hex = [...fromBase64Url(userHandle)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

export async function proveByCode(code: string): Promise<void> {
  await api.POST("/api/v1/auth/prove", { body: { code } });
}

export async function proveByRecoveryCode(code: string): Promise<void> {
  await api.POST("/api/v1/auth/prove", { body: { recovery_code: code } });
}

/** Sign in by a passkey of this device, without a mail. */
export async function signInByPasskey(): Promise<void> {
  const asked = await body(api.POST("/api/v1/auth/passkeys/options"));
  const shown = await sign(asked.public_key);
  const { response, ...credential } = shown.credential;
  const { userHandle } = response; // whose it is; a key that does not say it was not made here
  if (!asked.challenge_id || !userHandle) throw new Problem(401, "passkey-not-valid");
  await api.POST("/api/v1/auth/passkeys/verify", {
    body: {
      challenge_id: asked.challenge_id,
      credential: { ...credential, response: { ...response, userHandle } },
    },
  });
  await hold(shown.prf);
}
