"""Random histories of three devices against the real application: every rule is something that happens."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from pazpaz.core.base.ids import new_id
from tests.sync.law import Referee
from tests.sync.model import FIELDS, Device, Draft, Sent, Texts, unseen_overwritten, words

DEVICES = st.integers(0, 2)
PICK = st.integers(0, 7)
NAMES = st.sampled_from(FIELDS)
CLEARS = st.sampled_from((False, False, False, True))
FATES = st.sampled_from(
    ("answered", "answered", "answered", "dropped", "answer lost", "twice", "two devices")
)
CLOCKS = st.sampled_from((0.0, 3650.0, -3650.0, -0.01, 0.01, -8.0))
ACTIONS = ("keep_client", "merge", "attach", "keep_server", "discard")
JUNK: tuple[Any, ...] = (None, {}, {"plan": "x" * 20_001}, {"client_session_id": "x"}, 17)


class Practice(Referee):
    """A practice of two people with three devices; `harness` is set by whoever runs it."""

    histories: ClassVar[int] = 0

    def __init__(self) -> None:
        """Nothing has happened yet."""
        super().__init__()
        self.number = 0
        self.conflicts = 0
        self.appointments: list[str] = []
        self.ends: list[str] = []
        self.taken: set[str] = set()

    @initialize()
    def open(self) -> None:
        """A practice with a client and two appointments."""
        type(self).histories += 1
        owner, colleague = self.harness.practice()
        self.workspace_id = owner.workspace_id
        made = self.harness.call(owner.token, "POST", "/auth/tokens", {"name": "phone"})
        tokens = (owner.token, made.json["token"], colleague.token)
        self.devices = [Device(name, token) for name, token in zip("ABC", tokens, strict=True)]
        self.owner = owner.token
        client = self._do("POST", "/clients", {"first_name": "רות", "last_name": "לוי"})
        self.client_id = client.json["id"]
        for _ in range(3):
            self._book()

    def _book(self) -> None:
        start = datetime(2026, 3, 1, 8, tzinfo=UTC) + timedelta(hours=len(self.appointments))
        body = {
            "client_id": self.client_id,
            "scheduled_start": start.isoformat(),
            "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
        }
        self.appointments.append(self._do("POST", "/appointments", body).json["id"])
        self.ends.append((start + timedelta(minutes=55)).isoformat())

    # What the rules are made of

    def _word(self) -> str:
        self.number += 1
        return f"מילה {self.number} 🙂"

    def _now(self, device: Device, seconds: float = 0.0) -> dict[str, str]:
        moment = datetime.now(UTC) + timedelta(days=device.clock_days, seconds=seconds)
        return {"created_at_client": moment.isoformat(), "updated_at_client": moment.isoformat()}

    def _pick_note(self, pick: int) -> str:
        ids = sorted(self.model.texts)
        return ids[pick % len(ids)]

    def _has_notes(self) -> bool:
        return bool(self.model.texts)

    # Devices offline

    @rule(device=DEVICES, appointment=PICK, name=NAMES, whole=st.booleans())
    def write_offline(self, device: int, appointment: int, name: str, whole: bool) -> None:
        """A note is begun on a device, or goes on there."""
        which = self.devices[device]
        where = self.appointments[appointment % len(self.appointments)]
        known = [draft for draft in which.drafts if draft.appointment_id == where]
        if not known:
            known = [Draft(str(new_id()), where, dict.fromkeys(FIELDS))]
            which.drafts += known
        self._edit(which, known[0], name, self._word(), whole=whole)

    @precondition(lambda self: any(device.drafts for device in self.devices))
    @rule(device=DEVICES, pick=PICK, name=NAMES, clear=CLEARS, whole=st.booleans())
    def go_on_offline(self, device: int, pick: int, name: str, clear: bool, whole: bool) -> None:
        """A device's note is changed there, or a field of it cleared."""
        which = self.devices[device]
        if which.drafts:
            text = None if clear else self._word()
            self._edit(which, which.drafts[pick % len(which.drafts)], name, text, whole=whole or clear)

    def _edit(self, device: Device, draft: Draft, name: str, text: str | None, *, whole: bool) -> None:
        draft.texts[name] = text
        device.saw(draft.texts)
        device.queue(draft, self._now(device), whole=whole)

    @precondition(_has_notes)
    @rule(device=DEVICES, pick=PICK, name=NAMES)
    def read_online_and_write_offline(self, device: int, pick: int, name: str) -> None:
        """A device opens the server's note, and goes on with it offline."""
        which, note = self.devices[device], self._note(self._pick_note(pick))
        texts = {name: note[name] for name in FIELDS}
        which.saw(texts)
        own = note["client_session_id"] or str(new_id())
        which.drafts = [d for d in which.drafts if d.client_session_id != own]
        draft = Draft(own, note["appointment_id"], texts, note["version"])
        which.drafts.append(draft)
        self._edit(which, draft, name, self._word(), whole=True)

    @rule(device=DEVICES, days=CLOCKS)
    def set_the_clock(self, device: int, days: float) -> None:
        """A device's clock jumps."""
        self.devices[device].clock_days = days

    # The network

    @precondition(lambda self: any(device.outbox for device in self.devices))
    @rule(
        device=DEVICES,
        order=st.lists(PICK, min_size=1, max_size=5),
        fate=FATES,
        junk=st.sampled_from((*JUNK, "none", "none", "none", "none")),
    )
    def sync(self, device: int, order: list[int], fate: str, junk: Any) -> None:
        """A device sends what waits, or a part of it, in any order, some of it twice."""
        self._send_some(device, order, fate, junk)

    @precondition(lambda self: any(device.outbox for device in self.devices))
    @rule(device=DEVICES, order=st.lists(PICK, min_size=1, max_size=5), name=NAMES)
    def come_online(self, device: int, order: list[int], name: str) -> None:
        """A device sends, and its person goes on online where they were."""
        which, results = self._send_some(device, order, "answered", "none")
        for note_id in sorted({r["server_session_id"] for r in results if r["status"] in _APPLIED}):
            self._save(which, note_id, name, clear=False, times=1)

    def _send_some(
        self, device: int, order: list[int], fate: str, junk: Any
    ) -> tuple[Device, list[dict[str, Any]]]:
        which = max(self.devices[device:] + self.devices[:device], key=lambda one: bool(one.outbox))
        batch = [which.outbox[pick % len(which.outbox)] for pick in order]
        if fate == "dropped":
            return which, []
        answers = [self._sync(which, batch, junk)]
        if fate in {"twice", "two devices"}:
            other = self.devices[(device + 1) % 3] if fate == "two devices" else which
            answers.append(self._sync(other, batch, "none"))
            self._same_mapping(answers[0], answers[1])
        if fate == "answer lost":
            return which, []
        for sent, result in zip(batch, answers[0], strict=True):
            which.learn(sent.item, result)
        which.outbox = [sent for sent in which.outbox if not any(sent is one for one in batch)]
        return which, answers[0]

    @precondition(lambda self: bool(self.model.every))
    @rule(device=DEVICES, picks=st.lists(st.integers(0, 60), min_size=1, max_size=4))
    def an_old_batch_arrives(self, device: int, picks: list[int]) -> None:
        """What the network had kept arrives now, through any device's connection: it changes nothing."""
        every = self.model.every
        before = self._counts()
        self._sync(self.devices[device], [every[pick % len(every)] for pick in picks], "none", old=True)
        assert self._counts() == before

    def _sync(
        self, device: Device, batch: list[Sent], junk: Any, *, old: bool = False
    ) -> list[dict[str, Any]]:
        items: list[Any] = [sent.item for sent in batch]
        extra = [] if junk == "none" else [junk]
        before = {note: dict(texts) for note, texts in self.model.texts.items()}
        answer = self._do("POST", "/sessions/sync", {"sessions": [*extra, *items]}, token=device.token)
        assert answer.status == 200, answer
        everything: list[dict[str, Any]] = answer.json["results"]
        rejected, results = everything[: len(extra)], everything[len(extra) :]
        assert [result["status"] for result in rejected] == ["rejected"] * len(extra)
        for sent, result in zip(batch, results, strict=True):
            assert result["client_session_id"] == sent.item["client_session_id"]
            assert result["status"] in ({"unchanged", "conflict"} if old else _CARRIED_OUT), result
            self.conflicts += result["status"] == "conflict"
            self.model.must |= words(sent.item)
            if not any(one is sent for one in self.model.every):
                self.model.every.append(sent)
        for note_id in {result["server_session_id"] for result in results} - {None}:
            now = self._texts(note_id)
            if note_id in self.model.final:
                assert now == self.model.final[note_id]
            mine = [s for s in batch if s.item["client_session_id"] in _of(results, note_id)]
            assert unseen_overwritten(before.get(note_id, {}), now, mine) == []
            self.model.written(note_id, now)
        return results

    @staticmethod
    def _same_mapping(one: list[dict[str, Any]], two: list[dict[str, Any]]) -> None:
        for name in ("client_session_id", "server_session_id", "conflict_id"):
            assert [result[name] for result in one] == [result[name] for result in two]
        assert {result["status"] for result in two} <= {"unchanged", "conflict"}

    # People online

    @rule(device=DEVICES, appointment=PICK, name=NAMES, own=st.booleans())
    def begin_online(self, device: int, appointment: int, name: str, own: bool) -> None:
        """A note is begun online, perhaps with an id of the device's."""
        which = self.devices[device]
        free = [one for one in self.appointments if one not in self.taken] or self.appointments
        where = free[appointment % len(free)]
        self.taken.add(where)
        texts: Texts = dict.fromkeys(FIELDS) | {name: self._word()}
        body: dict[str, Any] = {"appointment_id": where, **texts}
        if own:
            body["client_session_id"] = str(new_id())
        made = self._do("POST", "/sessions", body, token=which.token)
        assert made.status in {201, 404, 409}, made
        if made.status == 201:
            which.saw(texts)
            self.model.saved_online(which, made.json["id"], texts)
            if own:
                which.drafts.append(Draft(body["client_session_id"], where, dict(texts), 1))

    @precondition(_has_notes)
    @rule(device=DEVICES, pick=PICK, name=NAMES, clear=CLEARS, times=st.integers(1, 2))
    def save_online(self, device: int, pick: int, name: str, clear: bool, times: int) -> None:
        """An autosave, whose answer may get lost so that it is sent again."""
        self._save(self.devices[device], self._pick_note(pick), name, clear=clear, times=times)

    def _save(self, which: Device, note_id: str, name: str, *, clear: bool, times: int) -> None:
        text = None if clear else self._word()
        for _ in range(times):
            saved = self._do("PUT", f"/sessions/{note_id}", {name: text}, token=which.token)
            assert saved.status in {200, 409}, saved
            if saved.status == 200:
                self.model.saved_online(which, note_id, {n: saved.json[n] for n in FIELDS})
                which.saw(self.model.texts[note_id])

    @precondition(_has_notes)
    @rule(device=DEVICES, pick=PICK, name=NAMES)
    def type_online(self, device: int, pick: int, name: str) -> None:
        """People save online more than anything else."""
        self._save(self.devices[device], self._pick_note(pick), name, clear=False, times=1)

    @precondition(_has_notes)
    @rule(pick=PICK, what=st.sampled_from(("five minutes", "signed", "signed", "added", "added", "archived")))
    def something_becomes_of_a_note(self, pick: int, what: str) -> None:
        """Time passes, it is signed, something is added to it when it is, or it is put away."""
        note_id = self._pick_note(pick)
        path = f"/sessions/{note_id}"
        if what == "five minutes":
            self._five_minutes_pass(note_id)
        elif what == "signed":
            if self._do("PATCH", f"{path}/finalize").status == 200:
                self.model.final[note_id] = self._texts(note_id)
                assert self.model.final[note_id] == self.model.texts[note_id]
        elif what == "added":
            word = self._word()
            if self._do("POST", f"{path}/amendments", {"reason": "late", "plan": word}).status == 201:
                self.model.must.add(word)
        else:
            assert self._do("DELETE", path).status in {204, 409}

    def _five_minutes_pass(self, note_id: str) -> None:
        sql = "UPDATE sessions SET saved_since = saved_since - interval '6 minutes' WHERE id = $1"
        self.harness.run(self.harness.referee.execute(sql, UUID(note_id)))
        self.model.windows.pop(note_id, None)

    @rule(pick=PICK, what=st.sampled_from(("cancelled", "scheduled", "scheduled", "moved", "deleted")))
    def something_becomes_of_an_appointment(self, pick: int, what: str) -> None:
        """It is cancelled, comes back, moves, or is taken off the calendar, which makes room for another."""
        pick %= len(self.appointments)
        path = f"/appointments/{self.appointments[pick]}"
        if what == "deleted":
            if self._do("DELETE", path).status == 204 and len(self.appointments) < 6:
                self._book()
        elif what == "moved":
            self._do("PUT", path, {"scheduled_end": self.ends[pick]})
        else:
            self._do("PUT", path, {"status": what})

    @precondition(lambda self: self.conflicts > 0)
    @rule(
        pick=PICK,
        action=st.sampled_from(ACTIONS),
        name=NAMES,
        where=PICK,
    )
    def decide(self, pick: int, action: str, name: str, where: int) -> None:
        """Somebody resolves a conflict."""
        found = self._do("GET", "/sessions/conflicts").json["items"]
        if not found:
            return
        self._resolve(found[pick % len(found)], action, name, where)

    def _resolve(self, conflict: dict[str, Any], action: str, name: str, where: int) -> None:
        body: dict[str, Any] = {"action": action}
        if action == "merge":
            body[name] = self._word()
        if action == "attach":
            body |= {"reason": "offline", "appointment_id": self.appointments[where % len(self.appointments)]}
        done = self._do("POST", f"/sessions/conflicts/{conflict['id']}/resolve", body)
        assert done.status in {200, 404, 409, 422}, done
        if done.status == 200 and (note_id := done.json["applied_to"]) is not None:
            now = self._texts(note_id)
            assert self.model.final.get(note_id, now) == now
            self.model.attached |= words({name: done.json[name] for name in FIELDS})
            self.model.written(note_id, now)

    # The law

    def teardown(self) -> None:
        """Everything waiting is sent; then every text is somewhere, once as current, and nothing changes any more."""
        if not self.appointments:
            return
        for device in self.devices:
            if device.outbox:
                self._sync(device, device.outbox[:], "none")
        before = self._counts()
        for start in range(0, len(self.model.every), 100):
            self._sync(self.devices[0], self.model.every[start : start + 100], "none", old=True)
        assert self._counts() == before
        self._check()
        self._decide_everything()
        self._check()

    def _decide_everything(self) -> None:
        """Each open conflict is resolved in one way or another, those nothing else fits by discarding."""
        for number, conflict in enumerate(self._all("/sessions/conflicts", status="open")):
            self._resolve(conflict, ACTIONS[number % len(ACTIONS)], FIELDS[number % 4], number)
        for conflict in self._all("/sessions/conflicts", status="open"):
            self._resolve(conflict, "discard", "plan", 0)
        assert self._all("/sessions/conflicts", status="open") == []


_APPLIED = {"created", "updated"}
_CARRIED_OUT = {"created", "updated", "unchanged", "conflict"}


def _of(results: list[dict[str, Any]], note_id: str) -> set[str]:
    return {r["client_session_id"] for r in results if r["server_session_id"] == note_id}
