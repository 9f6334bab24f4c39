"""Who was told of an appointment is told when it moves: once it has come to rest, and never what is no longer so."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from icalendar import Calendar

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.outbox import FailureReason
from pazpaz.reminders import delivery, jobs
from pazpaz.reminders.models import Reason
from tests.reminders.coming import due, logs, rule, run
from tests.reminders.smtp import Script, scripted
from tests.support.practice import Practice

Referee = "asyncpg.Connection[Any]"
HOUR = timedelta(hours=1)


@pytest.fixture
async def sent(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> dict[str, Any]:
    """An appointment that was reminded of."""
    await rule(practice)
    appointment = await due(practice, superuser)
    async with scripted() as server:
        await run(server.resources(resources))
        assert len(server.mails) == 1
    return appointment


async def _move(practice: Practice, appointment: dict[str, Any], by: timedelta, **values: Any) -> None:
    """To so long after its first time."""
    body = {
        name: (datetime.fromisoformat(appointment[name]) + by).isoformat()
        for name in ("scheduled_start", "scheduled_end")
    }
    answer = await practice.put(f"/appointments/{appointment['id']}", {**body, **values})
    assert answer.status_code == 200, answer.text


async def _rested(referee: Any) -> None:
    """As if the quiet time were over."""
    await referee.execute("UPDATE reminder_logs SET next_attempt_at = now() WHERE status = 'pending'")


async def _told(server: Script, resources: Resources, referee: Any) -> list[tuple[str, int, datetime]]:
    """Method, sequence and start of each calendar entry that was sent by now."""
    await jobs.schedule(resources)
    await _rested(referee)
    await delivery.deliver(server.resources(resources), new_id())
    found = []
    for message in server.messages():
        for part in message.walk():
            if part.get_content_type() == "text/calendar":
                outer = Calendar.from_ical(part.get_content())
                (event,) = outer.walk("VEVENT")
                found.append((str(outer["METHOD"]), int(str(event["SEQUENCE"])), event.decoded("DTSTART")))
    return found


def _start(appointment: dict[str, Any], by: timedelta = timedelta()) -> datetime:
    return (datetime.fromisoformat(appointment["scheduled_start"]) + by).replace(microsecond=0)


async def _of_kind(practice: Practice, kind: str) -> list[tuple[str, str | None]]:
    return [(i["status"], i["reason"]) for i in reversed(await logs(practice)) if i["kind"] == kind]


async def test_a_move_updates_the_entry(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """One mail of the new and the old time, whose entry has the same UID and a higher SEQUENCE."""
    async with scripted() as server:
        await _move(practice, sent, 48 * HOUR)
        told = await _told(server, resources, superuser)
        assert told == [("REQUEST", 2, _start(sent, 48 * HOUR))]
        assert len(await _told(server, resources, superuser)) == 1
        (message,) = server.messages()
    assert str(message["Subject"]).startswith("מועד חדש:")
    body = message.get_body(("plain",))
    assert body is not None
    assert "ולא ביום" in body.get_content()
    assert f"appointment-{sent['id']}" in str(message.as_bytes().replace(b"\r\n ", b""))
    assert await _of_kind(practice, "rescheduling") == [("sent", None)]


async def test_moved_while_no_pass_ran_for_months(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """However long ago it was moved: whoever knows another time of what is to come is told."""
    await _move(practice, sent, 48 * HOUR)
    await superuser.execute("UPDATE reminder_scheduler SET passed_at = now() - interval '60 days'")
    await superuser.execute(
        "UPDATE appointments SET booked_at = now() - interval '40 days' WHERE id = $1", UUID(sent["id"])
    )
    async with scripted() as server:
        assert await _told(server, resources, superuser) == [("REQUEST", 2, _start(sent, 48 * HOUR))]


async def test_it_comes_to_rest_first(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Dragged about, one mail is sent, of the last place, two minutes after it; the others are skipped."""
    async with scripted() as server:
        worker = server.resources(resources)
        for hours in (24, 48, 72):
            await _move(practice, sent, hours * HOUR)
            await jobs.sweep(resources)
            await delivery.deliver(worker, new_id())
            assert server.mails == []
        waits = await superuser.fetch(
            "SELECT extract(epoch FROM next_attempt_at - booked_at)::float AS wait FROM reminder_logs"
            " WHERE workspace_id = $1 AND kind = 'rescheduling'", practice.workspace_id,
        )  # fmt: skip
        assert {row["wait"] for row in waits} == {120.0}
        assert [start for _, _, start in await _told(server, resources, superuser)] == [
            _start(sent, 72 * HOUR)
        ]
    assert sorted(await _of_kind(practice, "rescheduling")) == [
        ("sent", None), ("skipped", "rescheduled"), ("skipped", "rescheduled")
    ]  # fmt: skip


async def test_moved_there_and_back_is_not_told(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Back at the time that the client knows before anything was sent, there is nothing to say."""
    async with scripted() as server:
        await _move(practice, sent, 48 * HOUR)
        await jobs.sweep(resources)
        await _move(practice, sent, 0 * HOUR)
        assert await _told(server, resources, superuser) == []
    assert await _of_kind(practice, "rescheduling") == [("skipped", "rescheduled"), ("skipped", "superseded")]


async def test_each_move_that_was_told_is_taken_back(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """There, back, and there again, each after the mail about the last: three mails, of rising SEQUENCE."""
    async with scripted() as server:
        for hours in (48, 0, 48):
            await _move(practice, sent, hours * HOUR)
            told = await _told(server, resources, superuser)
    starts = [_start(sent, hours * HOUR) for hours in (48, 0, 48)]
    assert [start for _, _, start in told] == starts
    assert [sequence for _, sequence, _ in told] == [2, 3, 4]


@pytest.mark.parametrize("informed", [True, False], ids=["told of the move", "not yet"])
async def test_moved_then_cancelled(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    sent: dict[str, Any],
    informed: bool,
) -> None:
    """It is cancelled at the time that the client knows, whether that is the old or the new one."""
    async with scripted() as server:
        await _move(practice, sent, 48 * HOUR)
        if informed:
            await _told(server, resources, superuser)
        await practice.put(f"/appointments/{sent['id']}", {"status": "cancelled"})
        told = await _told(server, resources, superuser)
    known = _start(sent, 48 * HOUR if informed else 0 * HOUR)
    assert [(method, start) for method, _, start in told][-1] == ("CANCEL", known)
    assert len(told) == 1 + informed
    assert told[-1][1] == 3


async def test_cancelled_then_taking_place_after_all(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Who was told that it is off is told that it is on; cancelled again, they are told that too."""
    path = f"/appointments/{sent['id']}"
    async with scripted() as server:
        for status in ("cancelled", "scheduled", "cancelled"):
            assert (await practice.put(path, {"status": status})).status_code == 200
            told = await _told(server, resources, superuser)
        subjects = [str(message["Subject"]).partition(":")[0] for message in server.messages()]
    assert [method for method, _, _ in told] == ["CANCEL", "REQUEST", "CANCEL"]
    assert [sequence for _, sequence, _ in told] == [2, 3, 4]
    assert subjects == ["בוטלה", "מתקיימת", "בוטלה"]


async def test_cancelled_by_mistake_for_a_moment(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Taking place again before the mail was out, nothing is sent."""
    path = f"/appointments/{sent['id']}"
    async with scripted() as server:
        await practice.put(path, {"status": "cancelled"})
        await jobs.schedule(resources)
        await practice.put(path, {"status": "scheduled"})
        assert await _told(server, resources, superuser) == []
    assert await _of_kind(practice, "cancellation") == [("skipped", "superseded")]


async def test_cancelled_twice_in_a_moment_is_told_once(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Off, on, and off again while the first mail waited: one of the two goes out."""
    path = f"/appointments/{sent['id']}"
    async with scripted() as server:
        for status in ("cancelled", "scheduled", "cancelled"):
            await practice.put(path, {"status": status})
            await jobs.schedule(resources)
        assert [method for method, _, _ in await _told(server, resources, superuser)] == ["CANCEL"]
    assert sorted(await _of_kind(practice, "cancellation")) == [("sent", None), ("skipped", "superseded")]


async def test_who_was_not_reminded_is_not_told(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A move before any reminder went out is the practice's own business."""
    await rule(practice)
    appointment = await due(practice, superuser)
    async with scripted() as server:
        await _move(practice, appointment, 48 * HOUR)
        assert await _told(server, resources, superuser) == []
    assert await _of_kind(practice, "rescheduling") == []


async def test_a_reminder_that_may_be_out_counts(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Handed over without an answer, then moved: the client may know the old time, and is told."""
    await rule(practice)
    appointment = await due(practice, superuser)
    await jobs.schedule(resources)
    async with scripted(end="take-and-drop") as server:
        await delivery.deliver(server.resources(resources), new_id())
    async with scripted() as server:
        await _move(practice, appointment, 48 * HOUR)
        told = await _told(server, resources, superuser)
    assert [start for _, _, start in told] == [_start(appointment, 48 * HOUR)]


async def test_the_new_time_s_reminder_tells_it_as_well(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """If the new time's own reminder was quicker, the mail about the move is superseded."""
    async with scripted() as server:
        await _move(practice, sent, HOUR)
        await jobs.sweep(resources)
        await superuser.execute(
            "INSERT INTO reminder_logs (workspace_id, id, appointment_id, configuration_id, hours_before,"
            " scheduled_start, due_at, deadline, next_attempt_at, status, handed_over_at, sent_at, said_version,"
            " said_end, said_place, said_therapist_id)"
            " SELECT l.workspace_id, $2, l.appointment_id, l.configuration_id, 23, a.scheduled_start, now(),"
            " now(), now(), 'sent', now(), now(), a.version, a.scheduled_end, a.location_type, a.therapist_id"
            " FROM reminder_logs AS l"
            " JOIN appointments AS a ON a.id = l.appointment_id"
            " WHERE l.appointment_id = $1 AND l.kind = 'reminder'", UUID(sent["id"]), new_id(),
        )  # fmt: skip
        assert await _told(server, resources, superuser) == []
    assert await _of_kind(practice, "rescheduling") == [("skipped", "superseded")]


REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "no-address": ("/clients/{client_id}", {"email": None}),
    "no-show": ("/appointments/{id}", {"status": "no_show"}),
}


@pytest.mark.parametrize("reason", REFUSALS)
async def test_what_keeps_a_mail_about_a_move_back(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    sent: dict[str, Any],
    reason: str,
) -> None:
    """What keeps a reminder back keeps this back, and is its reason."""
    path, body = REFUSALS[reason]
    async with scripted() as server:
        await _move(practice, sent, 48 * HOUR)
        await jobs.sweep(resources)
        assert (await practice.put(path.format(**sent), body)).status_code == 200
        assert await _told(server, resources, superuser) == []
    assert await _of_kind(practice, "rescheduling") == [("skipped", reason)]


@pytest.mark.parametrize("what", ["moved", "cancelled"])
async def test_who_unsubscribed_is_told_what_is_not_so_any_more(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    sent: dict[str, Any],
    what: str,
) -> None:
    """They were reminded of it, and then wanted no more reminders: a closed door is worse than a mail."""
    assert (await practice.put(f"/clients/{sent['client_id']}", {"reminders_opt_out": True})).is_success
    async with scripted() as server:
        if what == "moved":
            await _move(practice, sent, 48 * HOUR)
        else:
            assert (await practice.put(f"/appointments/{sent['id']}", {"status": "cancelled"})).is_success
            await jobs.schedule(resources)
        assert len(await _told(server, resources, superuser)) == 1


async def test_a_bounced_address_gets_no_mail(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """A client whose address does not exist is not written to."""
    await superuser.execute(
        "UPDATE clients SET email_bounced_at = now() WHERE id = $1", UUID(sent["client_id"])
    )
    async with scripted() as server:
        await _move(practice, sent, 48 * HOUR)
        assert await _told(server, resources, superuser) == []
    assert await _of_kind(practice, "rescheduling") == [("skipped", "address-bounced")]


async def test_declined_then_moved(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Who could not come at the old time is told the new one."""
    await superuser.execute(
        "UPDATE appointments SET client_response = 'declined', client_responded_at = now() WHERE id = $1",
        UUID(sent["id"]),
    )
    async with scripted() as server:
        await _move(practice, sent, 48 * HOUR)
        assert len(await _told(server, resources, superuser)) == 1


async def test_a_move_into_the_past_is_not_told(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """There is no mail about an appointment that is over."""
    async with scripted() as server:
        await _move(practice, sent, -48 * HOUR)
        assert await _told(server, resources, superuser) == []


async def test_moved_again_during_the_handshake(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    sent: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Moved between the look and DATA, the mail is not sent: it would be of a time that is over."""
    look = delivery._look
    moved: list[int] = []

    async def then_moved(res: Resources, item: Any) -> Any:
        found = await look(res, item)
        if not moved:
            moved.append(1)
            await _move(practice, sent, 96 * HOUR)
        return found

    async with scripted() as server:
        await _move(practice, sent, 48 * HOUR)
        monkeypatch.setattr(delivery, "_look", then_moved)
        assert await _told(server, resources, superuser) == []
        told = await _told(server, resources, superuser)
    assert [start for _, _, start in told] == [_start(sent, 96 * HOUR)]


async def test_the_delivery_s_reasons_are_the_log_s() -> None:
    """Whatever the delivery may say of a mail is a word that the log's description knows."""
    assert {str(reason) for reason in FailureReason} <= {str(reason) for reason in Reason}


async def test_passes_at_once_tell_once(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Several workers may look for moves at the same time: one row, one mail."""
    import asyncio

    await _move(practice, sent, 48 * HOUR)
    async with scripted() as server:
        worker = server.resources(resources)
        await asyncio.gather(*(jobs.tell_of_changes(resources) for _ in range(4)))
        await _rested(superuser)
        await asyncio.gather(*(delivery.deliver(worker, new_id()) for _ in range(4)))
        assert len(server.mails) == 1


async def test_the_appointment_s_view_says_what_was_sent(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Reminders of an appointment tell their kind."""
    async with scripted() as server:
        await _move(practice, sent, 48 * HOUR)
        await _told(server, resources, superuser)
    items = (await practice.get(f"/appointments/{sent['id']}/reminders")).json()["items"]
    assert {(item["kind"], item["status"]) for item in items} == {
        ("reminder", "sent"), ("rescheduling", "sent"), ("reminder", "planned"),
    }  # fmt: skip
