"""What has left a record is not erased with it."""

from typing import Any

import asyncpg
import pytest

from pazpaz.core.process.resources import Resources
from pazpaz.erasures.jobs import erase_due
from tests.erasures.test_erasing import SOAP, let_pass, old_record
from tests.support.practice import Practice

WHY = "wrong record"


async def _set_apart(practice: Practice, resources: Resources) -> tuple[str, str, str]:
    """A record that waits for its day, sealed with its own key."""
    client, note, appointment = await old_record(practice)
    assert (await practice.put(f"/clients/{client}/erasure")).status_code == 200
    await erase_due(resources)
    return client, note, appointment


@pytest.mark.parametrize("erased", [False, True], ids=["waits", "erased"])
async def test_nothing_leaves_a_record_that_is_to_be_erased(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", erased: bool
) -> None:
    """Its words are sealed with the key that goes: they are let stay first."""
    client, note, appointment = await _set_apart(practice, resources)
    if erased:
        await let_pass(superuser, client)
        await erase_due(resources)
    other = (await practice.make_client())["id"]
    there = (await practice.make_appointment(other))["id"]
    answers = (
        await practice.post(f"/clients/{other}/merge", {"duplicate_id": client, "reason": WHY}),
        await practice.post(f"/appointments/{appointment}/move", {"client_id": other, "reason": WHY}),
        await practice.post(f"/sessions/{note}/move", {"appointment_id": there, "reason": WHY}),
    )
    told = [(answer.status_code, answer.json()["type"].rpartition("/")[2]) for answer in answers]
    assert told == [(409, "client-erased")] * 3


async def test_what_was_let_stay_and_moved_outlives_the_record(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """It was sealed with the record's key once; who is erased later takes none of it along."""
    client, note, appointment = await _set_apart(practice, resources)
    await practice.delete(f"/clients/{client}/erasure")
    other = (await practice.make_client())["id"]
    moved = await practice.post(f"/appointments/{appointment}/move", {"client_id": other, "reason": WHY})
    assert moved.status_code == 200, moved.text
    before = (await practice.get(f"/sessions/{note}")).json()
    amendments = (await practice.get(f"/sessions/{note}/amendments")).json()
    assert (await practice.put(f"/clients/{client}/erasure")).status_code == 200
    await let_pass(superuser, client)
    await erase_due(resources)
    assert (await practice.get(f"/clients/{client}")).json()["notes"] == ""
    after = (await practice.get(f"/sessions/{note}")).json()
    assert {name: after[name] for name in SOAP} == SOAP
    assert after == before
    assert (await practice.get(f"/sessions/{note}/amendments")).json() == amendments
    assert (await practice.get(f"/appointments/{appointment}")).json()["notes"] == "n"
