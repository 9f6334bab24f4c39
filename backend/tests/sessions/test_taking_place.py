"""What a final note says of its appointment: only one that was to be, and has begun, has taken place.

Seen in practice systems that complete whatever gets a note (open-source clinic management, 2023 to 2025): a missed
appointment with a note about the call afterwards became a session done, and was billed.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.core.problem import problem_of
from tests.support.practice import Practice

PAST, FUTURE = -2, 48  # hours from now
# When it is, what it is before and after its note is final, the timeline's word for it, and the sessions done.
CASES = (
    (PAST, "scheduled", "completed", "appointment_completed", 1),
    (PAST, "completed", "completed", "appointment_completed", 1),
    (PAST, "no_show", "no_show", "appointment_no_show", 0),
    (PAST, "cancelled", "cancelled", "appointment_cancelled", 0),
    (FUTURE, "scheduled", "scheduled", "appointment_scheduled", 0),
    (FUTURE, "cancelled", "cancelled", "appointment_cancelled", 0),
)


def _at(hours: float) -> dict[str, str]:
    start = datetime.now(UTC) + timedelta(hours=hours)
    return {
        "scheduled_start": start.isoformat(),
        "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
    }


@pytest.mark.parametrize(("when", "before", "after", "word", "done"), CASES)
async def test_a_final_note_leaves_what_was_not(
    practice: Practice, when: int, before: str, after: str, word: str, done: int
) -> None:
    """Status, timeline and the plan's count say the same; the note is there either way."""
    client = (await practice.make_client())["id"]
    plan = await practice.make_plan(client, start_date="2026-01-01")
    appointment = await practice.make_appointment(client, status=before, **_at(when))
    note = await practice.make_session(appointment["id"], plan="x")
    assert (await practice.patch(f"/sessions/{note['id']}/finalize")).status_code == 200
    found = (await practice.get(f"/appointments/{appointment['id']}")).json()
    assert (found["status"], found["has_finalized_note"]) == (after, True)
    events = (await practice.get(f"/clients/{client}/timeline")).json()["events"]
    assert word in [event["event_type"] for event in events]
    assert (await practice.get(f"/plans/{plan['id']}")).json()["sessions_done"] == done


async def test_a_note_marked_missed_afterwards_is_none_done(practice: Practice) -> None:
    """Said later that they did not come, it does not count either."""
    client = (await practice.make_client())["id"]
    plan = await practice.make_plan(client, start_date="2026-01-01")
    appointment = await practice.make_appointment(client)
    note = await practice.make_session(appointment["id"], plan="x")
    await practice.patch(f"/sessions/{note['id']}/finalize")
    assert (await practice.get(f"/plans/{plan['id']}")).json()["sessions_done"] == 1
    await practice.put(f"/appointments/{appointment['id']}", {"status": "no_show"})
    assert (await practice.get(f"/plans/{plan['id']}")).json()["sessions_done"] == 0


async def test_nothing_is_completed_before_it_begins(practice: Practice) -> None:
    """Neither booked so, nor changed to it, nor moved ahead when it is; a scheduled one may be moved."""
    client = (await practice.make_client())["id"]
    body = {"client_id": client, "status": "completed", **_at(FUTURE)}
    problem_of(await practice.post("/appointments", body), 422, "appointment-not-begun")
    coming = await practice.make_appointment(client, **_at(FUTURE))
    past = await practice.make_appointment(client, status="completed", **_at(PAST))
    answers = [
        await practice.put(f"/appointments/{coming['id']}", {"status": "completed"}),
        await practice.put(f"/appointments/{past['id']}", _at(FUTURE + 5)),
    ]
    for answer in answers:
        problem_of(answer, 422, "appointment-not-begun")
    assert (await practice.get(f"/appointments/{past['id']}")).json() == past
    moved = await practice.put(f"/appointments/{past['id']}", {"status": "scheduled", **_at(FUTURE + 5)})
    assert moved.status_code == 200
    assert (await practice.put(f"/appointments/{coming['id']}", _at(PAST))).status_code == 200
    done = await practice.put(f"/appointments/{coming['id']}", {"status": "completed"})
    assert done.json()["status"] == "completed"
