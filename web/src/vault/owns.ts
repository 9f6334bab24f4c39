// What this browser keeps about whose own device it is: ids, and nothing else.
import { keep, kept, keptNames } from "../core/kept.ts";
import type { Whose } from "./life.ts";

export type Own = Whose & { deviceId: string };

/** This browser's own answer for a person: the device's id and the practice's. */
export function ownOf(userId: string): Own | null {
  const [deviceId, workspaceId] = (kept(`device.${userId}`) ?? "").split(" ");
  return deviceId && workspaceId ? { workspaceId, userId, deviceId } : null;
}

export const owns = (): Own[] => keptNames("device.").flatMap((userId) => ownOf(userId) ?? []);

export function keepOwn({ userId, deviceId, workspaceId }: Own): void {
  keep(`device.${userId}`, `${deviceId} ${workspaceId}`);
  keep("device", null);
}

export const forgetOwn = ({ userId }: Own): void => keep(`device.${userId}`, null);

/** Somebody said that others use this browser too. */
export const isShared = {
  read: (): boolean => kept("device") === "shared",
  write: (): void => keep("device", "shared"),
};
