"""One client's record is erased: when the law lets it, after days, for good, and nobody else's."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.process.resources import Resources
from pazpaz.core.work import rotation
from pazpaz.erasures.jobs import erase_due
from pazpaz.erasures.models import retained_until
from tests.support.practice import Practice, join
from tests.sync.items import item, send_one

LONG_AGO = {
    "scheduled_start": "2010-03-01T08:00:00Z",
    "scheduled_end": "2010-03-01T08:50:00Z",
}
SOAP = {"subjective": "s", "objective": "o", "assessment": "a", "plan": "p"}

RETAINED = (
    # last treatment, birth, first day on which it may go
    (None, None, None),
    (date(2010, 3, 1), None, date(2017, 3, 1)),
    (date(2020, 2, 29), None, date(2027, 3, 1)),
    (date(2010, 3, 1), date(1980, 1, 1), date(2017, 3, 1)),
    (date(2010, 3, 1), date(2005, 6, 1), date(2030, 6, 1)),
    (date(2010, 3, 1), date(1992, 3, 2), date(2017, 3, 2)),  # a day before eighteen
    (date(2010, 3, 1), date(1992, 3, 1), date(2017, 3, 1)),
)


@pytest.mark.parametrize(("last", "born", "until"), RETAINED)
def test_until_when_a_record_is_kept(last: date | None, born: date | None, until: date | None) -> None:
    """Seven years after the last treatment; whoever was a minor then, until 25."""
    assert retained_until(last, born, 7, 25) == until


async def old_record(practice: Practice) -> tuple[str, str, str]:
    """A client treated long ago, the final note, the appointment; archived."""
    client = (await practice.make_client(first_name="מיועד", notes="סודי"))["id"]
    appointment = (await practice.make_appointment(client, notes="n", **LONG_AGO))["id"]
    note = (await practice.make_session(appointment, **SOAP))["id"]
    await practice.patch(f"/sessions/{note}/finalize")
    await practice.post(f"/sessions/{note}/amendments", {"reason": "r", "plan": "x"})
    assert (await practice.delete(f"/clients/{client}")).status_code == 204
    return client, note, appointment


async def let_pass(referee: "asyncpg.Connection[Any]", client_id: str) -> None:
    """The days are over."""
    await referee.execute(
        "UPDATE clients SET erasure_due_at = now() - interval '1 second' WHERE id = $1", UUID(client_id)
    )


async def test_the_law_keeps_it(practice: Practice) -> None:
    """A block, with the date."""
    client = (await practice.make_client())["id"]
    note = (await practice.make_session((await practice.make_appointment(client))["id"], **SOAP))["id"]
    path = f"/clients/{client}/erasure"
    first = await practice.put(path)
    assert (first.status_code, first.json()["type"].rpartition("/")[2]) == (409, "client-not-archived")
    await practice.delete(f"/clients/{client}")
    refused = await practice.put(path)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("record-retained")
    year = (await practice.get(f"/sessions/{note}")).json()["session_date"][:4]
    assert refused.json()["until"].startswith(str(int(year) + 7))


async def test_only_an_owner(app: FastAPI, practice: Practice) -> None:
    client, _, _ = await old_record(practice)
    therapist = await join(app, practice, "therapist")
    assert (await therapist.put(f"/clients/{client}/erasure")).status_code == 403


async def test_it_can_be_taken_back(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Sealed apart meanwhile, every word of it is read, before and after, and after a rotation too."""
    client, note, _ = await old_record(practice)
    due = (await practice.put(f"/clients/{client}/erasure")).json()["erasure_due_at"]
    days = datetime.fromisoformat(due) - datetime.now(UTC)
    assert timedelta(days=29) < days < timedelta(days=31)
    await erase_due(resources)
    assert (await practice.get(f"/sessions/{note}")).json()["plan"] == "p"
    assert (await practice.delete(f"/clients/{client}/erasure")).json()["erasure_due_at"] is None
    await let_none_be_due(superuser, client)
    await erase_due(resources)
    assert (await practice.get(f"/sessions/{note}")).json()["plan"] == "p"
    assert (await practice.get(f"/clients/{client}")).json()["notes"] == "סודי"


async def let_none_be_due(referee: "asyncpg.Connection[Any]", client_id: str) -> None:
    assert await referee.fetchval("SELECT erasure_due_at FROM clients WHERE id = $1", UUID(client_id)) is None


async def test_it_is_erased(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """No word of it opens, the neighbour's do, and what can be listed is listed."""
    client, note, appointment = await old_record(practice)
    other, other_note, _ = await old_record_of_somebody_else(practice)
    assert (await practice.put(f"/clients/{client}/erasure")).status_code == 200
    await erase_due(resources)
    kept = await superuser.fetch("SELECT * FROM sessions WHERE id = $1", UUID(note))
    await let_pass(superuser, client)
    await erase_due(resources)
    gone = (await practice.get(f"/clients/{client}")).json()
    assert (gone["first_name"], gone["notes"], gone["erased_at"] is None) == ("", "", False)
    read = (await practice.get(f"/sessions/{note}")).json()
    assert {name: read[name] for name in SOAP} == dict.fromkeys(SOAP, "")
    assert (read["status"], read["finalized_at"] is None) == ("archived", False)
    amendments = (await practice.get(f"/sessions/{note}/amendments")).json()["items"]
    assert [(one["reason"], one["plan"]) for one in amendments] == [("", "")]
    assert (await practice.get(f"/appointments/{appointment}")).json()["notes"] == ""
    assert (await practice.get(f"/clients/{client}/timeline")).status_code == 200
    assert (await practice.get("/clients/index")).status_code == 200
    assert (await practice.get(f"/sessions/{other_note}")).json()["plan"] == "p"
    assert (await practice.get(f"/clients/{other}")).json()["notes"] == "סודי"
    # What a backup of the waiting days holds is the same ciphertext, and its key is gone everywhere.
    now = await superuser.fetch("SELECT * FROM sessions WHERE id = $1", UUID(note))
    assert [row["plan"] for row in now] == [row["plan"] for row in kept]
    left = await superuser.fetch("SELECT wrapped FROM workspace_keys WHERE client_id = $1", UUID(client))
    assert {bytes(row["wrapped"]) for row in left} == {b""}
    await erase_due(resources)
    assert (await practice.put(f"/clients/{client}/erasure")).status_code == 409


async def old_record_of_somebody_else(practice: Practice) -> tuple[str, str, str]:
    client = (await practice.make_client(notes="סודי"))["id"]
    appointment = (await practice.make_appointment(client))["id"]
    return client, (await practice.make_session(appointment, **SOAP))["id"], appointment


async def test_a_device_does_not_bring_it_back(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Its text is refused and not kept; nor does a save, an amendment or a booking write into it."""
    client, note, appointment = await old_record(practice)
    await practice.put(f"/clients/{client}/erasure")
    await let_pass(superuser, client)
    await erase_due(resources)
    result = await send_one(practice, item(appointment, plan="from a phone"))
    assert (result["status"], result["error"]["type"], result["conflict_id"]) == (
        "rejected",
        "client-erased",
        None,
    )
    assert (await practice.put(f"/sessions/{note}", {"plan": "x"})).status_code == 409
    amended = await practice.post(f"/sessions/{note}/amendments", {"reason": "r", "plan": "x"})
    assert amended.status_code == 409
    start = "2010-04-01T08:00:00Z"
    booked = await practice.post(
        "/appointments",
        {"client_id": client, "scheduled_start": start, "scheduled_end": "2010-04-01T09:00:00Z"},
    )
    assert booked.status_code == 409


async def test_a_rotation_leaves_what_is_to_be_erased_apart(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A new data key of the practice does not take the record back under a key that stays."""
    client, note, _ = await old_record(practice)
    await practice.put(f"/clients/{client}/erasure")
    await erase_due(resources)
    before = await superuser.fetchval("SELECT plan FROM sessions WHERE id = $1", UUID(note))
    async for _ in rotation.renew(resources, practice.workspace_id):
        pass
    (left,) = await rotation.unfinished(resources, practice.workspace_id)
    steps = [
        step async for step in rotation.reseal_workspace(resources, practice.workspace_id, left["number"])
    ]
    assert sum(step.failed for step in steps) == 0
    again = [
        step async for step in rotation.reseal_workspace(resources, practice.workspace_id, left["number"])
    ]
    assert sum(step.done for step in again) == 0
    assert await superuser.fetchval("SELECT plan FROM sessions WHERE id = $1", UUID(note)) == before
    await let_pass(superuser, client)
    await erase_due(resources)
    assert (await practice.get(f"/sessions/{note}")).json()["plan"] == ""
