import type { PlainKey } from "../../core/i18n.ts";

const DID: Record<string, PlainKey> = {
  read: "clientpage.did-read",
  list: "clientpage.did-list",
  create: "clientpage.did-create",
  update: "clientpage.did-update",
  archive: "clientpage.did-archive",
  restore: "clientpage.did-restore",
  finalize: "clientpage.did-finalize",
  amend: "clientpage.did-amend",
  complete: "clientpage.did-complete",
  sync: "clientpage.did-sync",
  export: "clientpage.did-export",
  download: "clientpage.did-download",
  delete: "clientpage.did-delete",
  resolve: "clientpage.did-resolve",
  reorder: "clientpage.did-reorder",
  move: "clientpage.did-move",
  merge: "clientpage.did-merge",
  erase: "clientpage.did-erase",
};

const WHAT: Record<string, PlainKey> = {
  client: "clientpage.what-client",
  appointment: "clientpage.what-appointment",
  session: "clientpage.what-session",
  amendment: "clientpage.what-amendment",
  attachment: "clientpage.what-attachment",
  plan: "clientpage.what-plan",
  plan_revision: "clientpage.what-plan-revision",
  milestone: "clientpage.what-milestone",
  revision: "clientpage.what-revision",
  conflict: "clientpage.what-conflict",
  timeline: "clientpage.what-timeline",
  record: "clientpage.what-record",
  reminder: "clientpage.what-reminder",
  audit_event: "clientpage.what-audit-event",
  move: "clientpage.what-move",
};

/** What an event's action is called: `session.finalize`. */
export const didOf = (action: string): PlainKey =>
  DID[action.split(".").pop() ?? ""] ?? "clientpage.did-other";

/** What it was done to. */
export const whatOf = (entity: string): PlainKey => WHAT[entity] ?? "clientpage.what-other";
