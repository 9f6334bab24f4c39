// THE list of screens: each is loaded when it is first opened, and only by those whose role may open it.
import type { ComponentType } from "preact";
import type { Schemas } from "./api/client.ts";
import type { PlainKey } from "./core/i18n.ts";
import type { IconName } from "./ui/Icon.tsx";

export type Role = Schemas["Role"];

export interface Screen {
  /** As preact-iso reads it: `/app/clients/:id`. */
  path: string;
  load: () => Promise<{ default: ComponentType }>;
  roles?: readonly Role[];
  /** Its place in the main menu, if it has one. */
  menu?: { label: PlainKey; icon: IconName };
}

const TREATS: readonly Role[] = ["owner", "therapist"];

export const SCREENS: readonly Screen[] = [
  {
    path: "/app/",
    load: () => import("./today/Today.tsx"),
    menu: { label: "today.menu", icon: "today" },
  },
  {
    path: "/app/calendar",
    load: () => import("./calendar/Calendar.tsx"),
    menu: { label: "calendar.title", icon: "calendar" },
  },
  {
    path: "/app/clients",
    load: () => import("./clients/List.tsx"),
    menu: { label: "clients.title", icon: "clients" },
  },
  { path: "/app/clients/:id", load: () => import("./clientpage/ClientPage.tsx") },
  { path: "/app/notes/:appointment", load: () => import("./notepage/NotePage.tsx"), roles: TREATS },
  { path: "/app/notes/unfiled/:note", load: () => import("./notepage/Unfiled.tsx"), roles: TREATS },
  {
    path: "/app/conflicts",
    load: () => import("./conflicts/Conflicts.tsx"),
    roles: ["owner", "therapist"],
  },
  {
    path: "/app/conflicts/:id",
    load: () => import("./conflicts/Conflict.tsx"),
    roles: ["owner", "therapist"],
  },
  { path: "/app/texts", load: () => import("./texts/Texts.tsx"), roles: TREATS },
  {
    path: "/app/devices",
    load: () => import("./welcome/Devices.tsx"),
    roles: ["owner", "therapist"],
  },
  {
    path: "/app/more",
    load: () => import("./accounts/More.tsx"),
    menu: { label: "accounts.more", icon: "more" },
  },
];
