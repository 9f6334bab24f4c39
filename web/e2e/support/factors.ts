import { createHmac } from "node:crypto";
import type { Page } from "playwright-core";
import type { Person } from "./people.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP = 30_000;

/** The six digits of an authenticator app (RFC 6238); `step` 1 are the next ones. */
export function digits(secret: string, step = 0): string {
  const bits = [...secret.replace(/[\s=]/g, "")].map((one) =>
    ALPHABET.indexOf(one).toString(2).padStart(5, "0"),
  );
  const key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP) + step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Give somebody an authenticator app; its secret. A code that was used is not taken again. */
export async function addApp(person: Person): Promise<string> {
  const made = await person.post<{ id: string; secret: string }>("/auth/factors/totp", { name: "Phone" });
  await person.post(`/auth/factors/totp/${made.id}/confirm`, { code: digits(made.secret) });
  return made.secret;
}

/** A security key in software, in this page's browser, whose owner always agrees. */
export async function addAuthenticator(page: Page, hasPrf = true): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
