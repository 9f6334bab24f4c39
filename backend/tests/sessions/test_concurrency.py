"""SOAP notes under simultaneous requests."""

import asyncio

import asyncpg
import pytest

from tests.core.waiting import until_done_or_blocked
from tests.support.practice import Practice

MANY = 32


async def test_of_many_creates_one_note_is_made(practice: Practice) -> None:
    """Of 32 simultaneous creates for one appointment exactly one is a 201 and the others a 409 with its id."""
    appointment = (await practice.make_appointment())["id"]
    answers = await asyncio.gather(
        *(practice.post("/sessions", {"appointment_id": appointment, "plan": str(n)}) for n in range(MANY))
    )
    assert sorted(a.status_code for a in answers) == [201] + [409] * (MANY - 1)
    (made,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert {a.json()["session_id"] for a in answers if a.status_code == 409} == {made["id"]}
    assert (await practice.get(f"/sessions/{made['id']}")).json() == made


async def test_of_many_finalizes_one_takes_place(practice: Practice) -> None:
    """Of 32 simultaneous finalizes exactly one is a 200, and the note's version rises by one."""
    note = await practice.make_session(plan="x")
    path = f"/sessions/{note['id']}"
    answers = await asyncio.gather(*(practice.patch(f"{path}/finalize") for _ in range(MANY)))
    assert sorted(a.status_code for a in answers) == [200] + [409] * (MANY - 1)
    (final,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await practice.get(path)).json() == final
    assert (await practice.get(f"/appointments/{note['appointment_id']}")).json()["version"] == 2


async def test_of_many_archivings_one_takes_place(practice: Practice) -> None:
    """Of 8 simultaneous archivings exactly one is a 204."""
    path = f"/sessions/{(await practice.make_session())['id']}"
    answers = await asyncio.gather(*(practice.delete(path) for _ in range(8)))
    assert sorted(a.status_code for a in answers) == [204] + [409] * 7


async def test_of_many_saves_with_one_version_one_takes_place(practice: Practice) -> None:
    """Of 16 simultaneous saves that insist on the same version exactly one is a 200, and its text stands."""
    path = f"/sessions/{(await practice.make_session())['id']}"
    answers = await asyncio.gather(
        *(practice.put(path, {"plan": str(n)}, headers={"If-Match": '"1"'}) for n in range(16))
    )
    assert sorted(a.status_code for a in answers) == [200] + [412] * 15
    (saved,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await practice.get(path)).json() == saved


async def test_saves_of_different_fields_are_all_kept(practice: Practice) -> None:
    """Simultaneous saves of the four fields do not undo each other."""
    path = f"/sessions/{(await practice.make_session())['id']}"
    fields = ("subjective", "objective", "assessment", "plan")
    await asyncio.gather(*(practice.put(path, {name: name}) for name in fields))
    note = (await practice.get(path)).json()
    assert [note[name] for name in fields] == list(fields)
    assert note["version"] == 5


@pytest.mark.parametrize("_run", range(5))
async def test_a_finalized_text_is_what_finalize_answered(practice: Practice, _run: int) -> None:
    """Saves around a finalize come before it or are refused: the note stays as finalize answered it."""
    note = await practice.make_session(plan="0")
    path = f"/sessions/{note['id']}"
    *saves, final = await asyncio.gather(
        *(practice.put(path, {"plan": str(number)}) for number in range(1, 9)),
        practice.patch(f"{path}/finalize"),
    )
    assert final.status_code == 200
    assert {answer.status_code for answer in saves} <= {200, 409}
    assert (await practice.get(path)).json() == final.json()
    kept = {answer.json()["plan"]: answer.json()["version"] for answer in saves if answer.status_code == 200}
    assert all(version < final.json()["version"] for version in kept.values())


async def test_a_save_that_waits_for_finalize_is_refused(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A save that began before the finalizing transaction ended does not write over it."""
    note = await practice.make_session(plan="final")
    path = f"/sessions/{note['id']}"
    async with superuser.transaction():
        await superuser.execute(
            "UPDATE sessions SET status = 'finalized', finalized_at = now(), finalized_by = $2,"
            " version = version + 1 WHERE id = $1",
            note["id"],
            practice.user_id,
        )
        save = asyncio.create_task(practice.put(path, {"plan": "too late"}))
        await until_done_or_blocked(save, superuser)
    assert (await save).status_code == 409
    assert (await practice.get(path)).json()["plan"] == "final"


async def test_a_note_begun_while_its_appointment_moves_has_the_new_date(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A note that is made while another transaction moves the appointment does not keep the old start."""
    appointment = await practice.make_appointment()
    async with superuser.transaction():
        await superuser.execute(
            "UPDATE appointments SET scheduled_start = scheduled_start + interval '1 day',"
            " scheduled_end = scheduled_end + interval '1 day' WHERE id = $1",
            appointment["id"],
        )
        begun = asyncio.create_task(practice.post("/sessions", {"appointment_id": appointment["id"]}))
        await until_done_or_blocked(begun, superuser)
    note = (await begun).json()
    moved = (await practice.get(f"/appointments/{appointment['id']}")).json()
    assert (await practice.get(f"/sessions/{note['id']}")).json()["session_date"] == moved["scheduled_start"]


async def test_finalizing_and_moving_do_not_block_each_other_for_good(practice: Practice) -> None:
    """Finalizing a note while its appointment is moved and changed ends in no deadlock: no 503."""
    notes = [await practice.make_session(plan="x") for _ in range(6)]
    answers = await asyncio.gather(
        *(practice.patch(f"/sessions/{note['id']}/finalize") for note in notes),
        *(
            practice.put(
                f"/appointments/{note['appointment_id']}",
                {"scheduled_start": note["session_date"].replace(":00:00Z", ":01:00Z")},
            )
            for note in notes
        ),
    )
    assert {answer.status_code for answer in answers} == {200}
