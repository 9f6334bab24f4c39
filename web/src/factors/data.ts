import { api, body } from "../api/client.ts";
import { explain, Problem } from "../api/problems.ts";
import { sign } from "./passkeys.ts";

explain({
  "factor-not-proved": "factors.not-proved",
  "too-many-tries": "factors.too-many-tries",
  "challenge-over": "factors.challenge-over",
  "passkey-unused": "factors.passkey-unused",
  "step-up-required": "factors.step-up-required",
});

/** Prove by a passkey who is here; a challenge is good for one try. */
export async function proveByPasskey(): Promise<void> {
  const asked = await body(api.POST("/api/v1/auth/prove/options"));
  if (!asked.public_key) throw new Problem(403, "passkey-unused");
  const credential = await sign(asked.public_key);
  await api.POST("/api/v1/auth/prove", { body: { challenge_id: asked.challenge_id, credential } });
}

export async function proveByCode(code: string): Promise<void> {
  await api.POST("/api/v1/auth/prove", { body: { code } });
}

export async function proveByRecoveryCode(code: string): Promise<void> {
  await api.POST("/api/v1/auth/prove", { body: { recovery_code: code } });
}
