import { api, body } from "../api/client.ts";
import { explain, Problem } from "../api/problems.ts";
import { sign } from "./passkeys.ts";

explain({
  "factor-not-proved": "factors.not-proved",
  "too-many-tries": "factors.too-many-tries",
  "challenge-over": "factors.challenge-over",
  "passkey-unused": "factors.passkey-unused",
  "passkey-not-valid": "factors.passkey-not-valid",
  "step-up-required": "factors.step-up-required",
});

/** Prove by a passkey who is here; a challenge is good for one try. */
export async function proveByPasskey(): Promise<void> {
  const asked = await body(api.POST("/api/v1/auth/prove/options"));
  const credential = await sign(asked.public_key);
  await api.POST("/api/v1/auth/prove", { body: { challenge_id: asked.challenge_id, credential } });
}

export async function proveByCode(code: string): Promise<void> {
  await api.POST("/api/v1/auth/prove", { body: { code } });
}

export async function proveByRecoveryCode(code: string): Promise<void> {
  await api.POST("/api/v1/auth/prove", { body: { recovery_code: code } });
}

/** Sign in by a passkey of this device, without a mail. */
export async function signInByPasskey(): Promise<void> {
  const asked = await body(api.POST("/api/v1/auth/passkeys/options"));
  const { response, ...credential } = await sign(asked.public_key);
  const { userHandle } = response; // whose it is; a key that does not say it was not made here
  if (!asked.challenge_id || !userHandle) throw new Problem(401, "passkey-not-valid");
  await api.POST("/api/v1/auth/passkeys/verify", {
    body: {
      challenge_id: asked.challenge_id,
      credential: { ...credential, response: { ...response, userHandle } },
    },
  });
}
