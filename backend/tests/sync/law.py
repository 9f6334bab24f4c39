"""The law over a practice's history, read back through the API by its owner."""

from typing import Any, ClassVar
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine

from tests.sync.asgi import Answer, Harness
from tests.sync.model import FIELDS, Model, Texts, words

_COUNTS = """
    SELECT (SELECT count(*) FROM sessions WHERE workspace_id = $1),
           (SELECT sum(version) FROM sessions WHERE workspace_id = $1),
           (SELECT count(*) FROM session_revisions WHERE workspace_id = $1),
           (SELECT count(*) FROM session_conflicts WHERE workspace_id = $1),
           (SELECT count(*) FROM session_amendments WHERE workspace_id = $1),
           (SELECT count(*) FROM session_sync_receipts WHERE workspace_id = $1)
"""


class Referee(RuleBasedStateMachine):
    """Asks the server what it has, and compares with the model. `harness` is set by whoever runs it."""

    harness: ClassVar[Harness]
    requests: ClassVar[int] = 0
    owner: str
    workspace_id: UUID

    def __init__(self) -> None:
        """Nothing has happened yet."""
        super().__init__()
        self.model = Model()

    def _do(self, method: str, path: str, body: object = None, token: str = "", **params: str) -> Answer:
        type(self).requests += 1
        answer = self.harness.call(token or self.owner, method, path, body, **params)
        assert answer.status < 500, (method, path, answer)
        return answer

    def _note(self, note_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._do("GET", f"/sessions/{note_id}").json
        return found

    def _texts(self, note_id: str) -> Texts:
        note = self._note(note_id)
        return {name: note[name] for name in FIELDS}

    def _check(self) -> None:
        notes = list(self._all("/sessions", include="text"))
        archived = list(self._all("/sessions", include="text", status="archived"))
        assert len({note["appointment_id"] for note in notes}) == len(notes)
        own = [n["client_session_id"] for n in notes + archived if n["client_session_id"] is not None]
        assert len(set(own)) == len(own)
        current = [word for note in notes for word in words(note)]
        twice = {word for word in current if current.count(word) > 1} - self.model.attached
        assert not twice, f"current more than once: {twice}"
        readable = set(current)
        for note in notes + archived:
            readable |= words(note)
            for suffix in ("revisions", "amendments"):
                for text in self._all(f"/sessions/{note['id']}/{suffix}"):
                    readable |= words(text)
            if note["id"] in self.model.final:
                assert {name: note[name] for name in FIELDS} == self.model.final[note["id"]]
            assert {name: note[name] for name in FIELDS} == self.model.texts[note["id"]]
        for status in ("open", "resolved"):
            for conflict in self._all("/sessions/conflicts", status=status):
                readable |= words(self._do("GET", f"/sessions/conflicts/{conflict['id']}").json)
        assert not self.model.must - readable, f"lost: {self.model.must - readable}"

    def _all(self, path: str, **params: str) -> list[dict[str, Any]]:
        page = self._do("GET", path, limit="100", **params).json
        assert page["next_cursor"] is None, "a history is short"
        return list(page["items"])

    def _counts(self) -> tuple[Any, ...]:
        """Rows of the workspace, and the sum of their versions."""
        row = self.harness.run(self.harness.referee.fetchrow(_COUNTS, self.workspace_id))
        return tuple(row)
