"""Histories in which texts are attached to appointments, and their devices go on without having heard of it."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from pazpaz.core.base.ids import new_id
from tests.sync.machine import DEVICES, NAMES, PICK, Practice
from tests.sync.model import FIELDS, Device, Draft


class Attaching(Practice):
    """A practice as it is elsewhere, in which this happens too."""

    continued: ClassVar[int] = 0  # notes with which a device went on

    @rule(device=DEVICES, where=PICK, name=NAMES)
    def write_where_nothing_is(self, device: int, where: int, name: str) -> None:
        """A device writes about an appointment that nobody knows, which somebody then attaches, and it goes on."""
        which = self.devices[device]
        draft = Draft(str(new_id()), str(new_id()), dict.fromkeys(FIELDS))
        which.drafts.append(draft)
        self._edit(which, draft, name, self._word(), whole=True)
        (result,) = self._sync(which, [which.outbox.pop()], "none")
        conflict = self._do("GET", f"/sessions/conflicts/{result['conflict_id']}").json
        self._attach_and_go_on(conflict, where, name, again=False)

    @precondition(lambda self: self.conflicts > 0)
    @rule(pick=PICK, where=PICK, name=NAMES, again=st.booleans())
    def attach_and_go_on(self, pick: int, where: int, name: str, again: bool) -> None:
        """Somebody attaches a device's text; the device, which has heard nothing of it, writes on where it was."""
        found = self._do("GET", "/sessions/conflicts").json["items"]
        if found:
            self._attach_and_go_on(found[pick % len(found)], where, name, again=again)

    def _attach_and_go_on(self, conflict: dict[str, Any], where: int, name: str, *, again: bool) -> None:
        is_plain = self._is_plain(conflict)
        before = self._counts()[0]
        self._resolve(conflict, "attach", name, where)
        is_plain = is_plain and self._counts()[0] > before  # a note was begun
        for device in self.devices:
            for draft in device.drafts:
                if draft.client_session_id != conflict["client_session_id"]:
                    continue
                waits = any(s.item["client_session_id"] == draft.client_session_id for s in device.outbox)
                is_there = draft.appointment_id == conflict["appointment_id"] and not device.clock_days
                self._edit(device, draft, name, draft.texts[name] if again else self._word(), whole=True)
                sent = device.outbox.pop()
                (result,) = self._sync(device, [sent], "none")
                device.learn(sent.item, result)
                if is_plain and is_there and not waits:
                    self._check_continued(device, conflict, result)
                is_plain = False

    def _is_plain(self, conflict: dict[str, Any]) -> bool:
        """Whether it is the only one of its device's note, and no note is that yet."""
        own = conflict["client_session_id"]
        conflicts = [
            c for status in ("open", "resolved") for c in self._all("/sessions/conflicts", status=status)
        ]
        notes = self._all("/sessions") + self._all("/sessions", status="archived")
        is_only = [c["client_session_id"] for c in conflicts].count(own) == 1
        return is_only and own not in {note["client_session_id"] for note in notes}

    def _check_continued(self, device: Device, conflict: dict[str, Any], result: dict[str, Any]) -> None:
        """Nobody has written in the new note yet: the device of who wrote the text meets no conflict there."""
        note = self._note(self._do("GET", f"/sessions/conflicts/{conflict['id']}").json["applied_to"])
        where = self._do("GET", f"/appointments/{note['appointment_id']}").json
        takes_place = where["status"] != "cancelled"
        me = self._do("GET", "/auth/me", token=device.token).json["user"]["id"]
        is_later = datetime.fromisoformat(conflict["updated_at_client"]) < datetime.now(UTC)
        if me == conflict["sent_by"] and is_later and takes_place:
            assert result["status"] in {"updated", "unchanged"}, (conflict, result)
            type(self).continued += 1
