import { computed, signal } from "@preact/signals";
import { api, body, type Schemas } from "../api/client.ts";
import { gate } from "../api/gate.ts";
import { zone } from "../core/zone.ts";

export type Me = Schemas["SignedIn"];

/** Who is signed in here; null while nobody is, or nobody knows. */
export const me = signal<Me | null>(null);

export const role = computed(() => me.value?.user.role ?? null);

/** Ask who is signed in, and open the gate or leave it as the refusal set it. */
export async function readMe(): Promise<void> {
  const found = await body(api.GET("/api/v1/auth/me"));
  me.value = found;
  zone.value = found.workspace.timezone;
  gate.value = "open";
}
