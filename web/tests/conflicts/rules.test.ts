import { describe, expect, test } from "vitest";
import {
  byNote,
  combined,
  differing,
  mayMove,
  outcome,
  ownTarget,
  request,
  type Summary,
  type Target,
  textsOf,
  tooLong,
  type View,
  waysOf,
} from "../../src/conflicts/rules.ts";
import { chainOf, chains } from "../../src/sessions/chains.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 28, 10, minute)).toISOString();

function sent(id: string, more: Partial<Summary> = {}): Summary {
  return {
    id,
    workspace_id: "w",
    session_id: "note",
    appointment_id: "appointment",
    client_id: "client",
    client_session_id: "device-note",
    reason: "edited-elsewhere",
    fields: ["plan"],
    base_version: 1,
    server_version: 2,
    sent_by: "dana",
    created_at_client: at(0),
    updated_at_client: at(1),
    created_at: at(2),
    resolved_at: null,
    resolved_by: null,
    resolution: null,
    applied_to: null,
    ...more,
  };
}

const view = (more: Partial<View> = {}): View => ({
  ...sent("one"),
  ...{ subjective: null, objective: null, assessment: null, plan: "שלי" },
  server: { ...textsOf({ plan: "שלהם", subjective: "כאב" }), status: "draft", version: 7 } as View["server"],
  differing: ["plan", "subjective"],
  ...more,
});
const finalized = (): View => view({ server: { ...view().server, status: "finalized" } as View["server"] });
const missing = (): View =>
  view({ reason: "appointment-missing", session_id: null, client_id: null, server: null });
const chosen = (status: Target["status"], plan = ""): Target => ({
  appointmentId: "other",
  sessionId: status === "none" ? null : "other note",
  status,
  version: status === "none" ? null : 3,
  texts: textsOf({ plan }),
});
const nothing = { texts: {}, reason: "" };

describe("rows of the list", () => {
  test("the same device's repeats are one row, the newest its head", () => {
    const [old, middle, newest] = [1, 5, 9].map((minute) =>
      sent(`m${minute}`, { updated_at_client: at(minute) }),
    );
    expect(chains([middle, newest, old] as Summary[])).toEqual([{ head: newest, repeats: [middle, old] }]);
    expect(chainOf([old, newest] as Summary[], "m1")?.head.id).toBe("m9");
  });

  test("a repeat with a text of a field that the newest does not have stays a row of its own", () => {
    const old = sent("old", { fields: ["plan", "objective"] });
    const newest = sent("new", { updated_at_client: at(9) });
    expect(chains([old, newest])).toEqual([
      { head: newest, repeats: [] },
      { head: old, repeats: [] },
    ]);
  });

  test("two devices, and two people, are never one row, but stand together", () => {
    const all = [sent("one"), sent("phone", { created_at_client: at(3) }), sent("noa", { sent_by: "noa" })];
    expect(chains(all).map(({ head }) => head.id)).toEqual(["one", "phone", "noa"]);
    expect(
      byNote([...all, sent("other", { session_id: "another", client_session_id: "another" })], true).map(
        (rows) => rows.length,
      ),
    ).toEqual([3, 1]);
  });
});

describe("what differs", () => {
  test("is what the device sent and the note says otherwise, not what the device never had", () => {
    expect(differing(view(), ownTarget(view()))).toEqual(["plan"]);
    expect(differing(view({ plan: "שלהם" }), ownTarget(view()))).toEqual([]);
    expect(differing(missing(), ownTarget(missing()))).toEqual(["plan"]);
  });
});

describe("what can be done", () => {
  const ways = (of: View, target = ownTarget(of)) => waysOf(of, target);

  test("goes by what the note is now", () => {
    expect(ways(view())).toEqual(["mine", "theirs", "both"]);
    expect(ways(finalized())).toEqual(["amend", "theirs"]);
    expect(ways(view({ server: { ...view().server, status: "archived" } as View["server"] }))).toEqual([
      "attach",
      "discard",
    ]);
    expect(ways(missing())).toEqual(["discard"]);
    expect(ways(view({ plan: "שלהם" }))).toEqual(["theirs"]);
  });

  test("a text that was cleared on the device amends nothing", () => {
    expect(ways({ ...finalized(), plan: null })).toEqual(["theirs"]);
    expect(ways({ ...view(), plan: null })).toEqual(["mine", "theirs", "both"]);
  });

  test("at another appointment goes by that one's note", () => {
    expect(ways(missing(), chosen("none"))).toEqual(["attach"]);
    expect(ways(missing(), chosen("finalized"))).toEqual(["amend"]);
    expect(ways(missing(), chosen("draft", "אחר"))).toEqual(["both", "mine"]);
    expect(ways(missing(), chosen("draft", "שלי"))).toEqual([]);
  });

  test("a text whose place is in doubt may be moved", () => {
    const may = (of: View): boolean => mayMove(of, ownTarget(of));
    expect([view(), view({ reason: "session-exists" }), missing(), finalized()].map(may)).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});

describe("what comes of it, and how it is asked for", () => {
  const own = ownTarget(view());
  test("mine, theirs and both", () => {
    expect(outcome(view(), own, "mine", nothing)).toEqual(textsOf({ plan: "שלי", subjective: "כאב" }));
    expect(request(view(), own, "mine", nothing)).toEqual({ action: "keep_client" });
    expect(outcome(view(), own, "theirs", nothing)).toEqual(own.texts);
    expect(request(view(), own, "theirs", nothing)).toEqual({ action: "keep_server" });
    const typed = { texts: combined(view(), own), reason: "" };
    expect(typed.texts).toEqual({ plan: "שלהם\nשלי" });
    expect(outcome(view(), own, "both", typed).subjective).toBe("כאב");
    expect(request(view(), own, "both", typed)).toEqual({ action: "merge", plan: "שלהם\nשלי" });
  });

  test("an amendment takes the reason, and only the device's text", () => {
    const typed = { texts: {}, reason: " נכתב בלי רשת " };
    expect(outcome(finalized(), ownTarget(finalized()), "amend", typed)).toEqual({ plan: "שלי" });
    expect(request(finalized(), ownTarget(finalized()), "amend", typed)).toEqual({
      action: "attach",
      reason: "נכתב בלי רשת",
    });
  });

  test("at another appointment it names that one", () => {
    const where = { appointment_id: "other" };
    expect(request(missing(), chosen("none"), "attach", nothing)).toEqual({ action: "attach", ...where });
    const merged = request(missing(), chosen("draft", "אחר"), "mine", nothing);
    expect(merged).toEqual({ action: "merge", plan: "שלי", ...where });
  });

  test("half a character never leaves, and 20,000 are counted as the server counts", () => {
    const typed = { texts: { plan: "a\ud83d" }, reason: "" };
    expect(request(view(), own, "both", typed).plan).toBe("a\ufffd");
    expect(tooLong({ plan: "😀".repeat(20_000) })).toEqual([]);
    expect(tooLong({ plan: "😀".repeat(20_001) })).toEqual(["plan"]);
  });
});
