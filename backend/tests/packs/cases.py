"""What packs tell the guards."""

from collections.abc import Iterator

from tests.support.case import ANY, CLINICIANS, Call, Case, Event, Ids, Try

DAYS = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-15T00:00:00Z"}


def _foreign(_: Ids) -> Iterator[Try]:
    """It takes no id: a stranger's holds nothing but their own."""
    yield Try(Call("GET", "/sync/pack", params=DAYS), 200, control=False, volatile=("as_of",))


CASES = (
    Case(
        "GET /sync/pack", CLINICIANS, (Event("pack.read", ANY),), params=DAYS, needs="everything", stranger=_foreign,
        statements=8,  # one moment, the appointments, names, notes' states, notes, plans; whom it was about, the event
    ),
)  # fmt: skip
