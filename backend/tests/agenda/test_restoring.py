"""Archiving is a two-way street: what was archived comes back as it was, unless its place is taken.

Seen in practice systems where the archive is a dead end (open-source clinic management, 2022 to 2025): a client
archived by mistake was entered a second time, and had two records from then on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.core.problem import problem_of
from tests.support.practice import Practice

Made = tuple[str, str]  # its path, and where it is listed


async def _client(practice: Practice) -> Made:
    return f"/clients/{(await practice.make_client())['id']}", "/clients"


async def _appointment(practice: Practice) -> Made:
    return f"/appointments/{(await practice.make_appointment())['id']}", "/appointments"


async def _draft(practice: Practice) -> Made:
    return f"/sessions/{(await practice.make_session(plan='x'))['id']}", "/sessions"


async def _final(practice: Practice) -> Made:
    path, listed = await _draft(practice)
    assert (await practice.patch(f"{path}/finalize")).status_code == 200
    return path, listed


async def _plan(practice: Practice) -> Made:
    return f"/plans/{(await practice.make_plan())['id']}", "/plans"


async def _milestone(practice: Practice) -> Made:
    plan = f"/plans/{(await practice.make_plan())['id']}/milestones"
    return f"{plan}/{(await practice.make_milestone(plan.split('/')[2]))['id']}", plan


NOUNS = {
    "client": _client, "appointment": _appointment, "draft": _draft, "final note": _final, "plan": _plan,
    "milestone": _milestone,
}  # fmt: skip
every_noun = pytest.mark.parametrize("make", NOUNS.values(), ids=NOUNS)
Make = Callable[[Practice], Awaitable[Made]]


@every_noun
async def test_it_comes_back_as_it_was(practice: Practice, make: Make) -> None:
    """Every field but version and moment of change is as before, and it is listed again."""
    path, listed = await make(practice)
    before = (await practice.get(path)).json()
    assert (await practice.delete(path)).status_code == 204
    assert (await practice.get(listed)).json()["total"] == 0
    restored = await practice.post(f"{path}/restore")
    assert restored.status_code == 200
    after = restored.json()
    assert after == before | {name: after[name] for name in ("version", "updated_at")}
    assert (await practice.get(path)).json() == after
    assert (await practice.get(listed)).json()["total"] == 1
    assert restored.headers["etag"] == f'"{after["version"]}"'


@every_noun
async def test_twins_restore_it_once(practice: Practice, make: Make) -> None:
    """Of eight at once all are a success, one changes it, and a retry changes nothing."""
    path, _ = await make(practice)
    await practice.delete(path)
    answers = await asyncio.gather(*(practice.post(f"{path}/restore") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    (version,) = {answer.json()["version"] for answer in answers}
    assert (await practice.get(path)).json()["version"] == version
    events = (await practice.get("/audit-events", params={"limit": "100"})).json()["items"]
    assert sum(event["action"].endswith(".restore") for event in events) == 1


@every_noun
async def test_a_stale_version_restores_nothing(practice: Practice, make: Make) -> None:
    """If-Match of another version is a 412, whether it is archived or not."""
    path, listed = await make(practice)
    stale = {"If-Match": '"99"'}
    problem_of(await practice.post(f"{path}/restore", headers=stale), 412, "stale-version")
    await practice.delete(path)
    problem_of(await practice.post(f"{path}/restore", headers=stale), 412, "stale-version")
    assert (await practice.get(listed)).json()["total"] == 0


async def test_a_slot_that_is_taken_stays_taken(practice: Practice) -> None:
    """An appointment whose time another has by now is a 409 with that one's id."""
    first = await practice.make_appointment()
    path = f"/appointments/{first['id']}"
    await practice.delete(path)
    when = {name: first[name] for name in ("scheduled_start", "scheduled_end")}
    second = await practice.make_appointment(**when)
    answer = problem_of(await practice.post(f"{path}/restore"), 409, "appointment-conflict")
    assert answer["appointment_id"] == second["id"]
    await practice.delete(f"/appointments/{second['id']}")
    assert (await practice.post(f"{path}/restore")).status_code == 200


async def test_an_appointment_with_another_note_keeps_that(practice: Practice) -> None:
    """A note whose appointment has another by now is a 409 with that one's id, until that one goes."""
    first = await practice.make_session(plan="first")
    path = f"/sessions/{first['id']}"
    await practice.delete(path)
    second = await practice.make_session(first["appointment_id"], plan="second")
    answer = problem_of(await practice.post(f"{path}/restore"), 409, "session-already-exists")
    assert answer["session_id"] == second["id"]
    await practice.delete(f"/sessions/{second['id']}")
    assert (await practice.post(f"{path}/restore")).json()["plan"] == "first"


async def test_a_final_note_is_counted_again(practice: Practice) -> None:
    """Its appointment wants no note any more, and its text is as it was signed."""
    path, _ = await _final(practice)
    note = (await practice.get(path)).json()
    needs = {"needs_note": "true"}
    await practice.delete(path)
    assert (await practice.get("/appointments", params=needs)).json()["total"] == 1
    restored = (await practice.post(f"{path}/restore")).json()
    assert (restored["status"], restored["finalized_at"]) == ("finalized", note["finalized_at"])
    assert (await practice.get("/appointments", params=needs)).json()["total"] == 0
    problem_of(await practice.put(path, {"plan": "y"}), 409, "session-finalized")


async def test_nobody_archived_is_expected_anew(practice: Practice) -> None:
    """What is to come with an archived client is not restored; what was, is."""
    client = (await practice.make_client())["id"]
    start = datetime.now(UTC) + timedelta(days=3)
    when = {
        "scheduled_start": start.isoformat(),
        "scheduled_end": (start + timedelta(hours=1)).isoformat(),
    }
    coming = await practice.make_appointment(client, **when)
    past = await practice.make_appointment(client)
    for each in (coming, past):
        await practice.delete(f"/appointments/{each['id']}")
    assert (await practice.delete(f"/clients/{client}")).status_code == 204
    problem_of(await practice.post(f"/appointments/{coming['id']}/restore"), 409, "client-archived")
    assert (await practice.post(f"/appointments/{past['id']}/restore")).status_code == 200
    assert (await practice.post(f"/clients/{client}/restore")).status_code == 200
    assert (await practice.post(f"/appointments/{coming['id']}/restore")).status_code == 200


async def test_what_was_taken_off_is_listed_when_asked_for(practice: Practice) -> None:
    """`archived=true` lists those alone, with the calendar's filters."""
    kept, gone = [await practice.make_appointment() for _ in range(2)]
    await practice.delete(f"/appointments/{gone['id']}")

    async def listed(**asked: str) -> list[Any]:
        items = (await practice.get("/appointments", params=asked)).json()["items"]
        return [item["id"] for item in items]

    assert await listed() == [kept["id"]]
    assert await listed(archived="true") == [gone["id"]]
    assert await listed(archived="true", client_id=kept["client_id"]) == []


async def test_a_milestone_of_an_archived_plan_waits_for_it(practice: Practice) -> None:
    """The plan comes first; the milestone then is its last."""
    plan = (await practice.make_plan())["id"]
    first, second = [(await practice.make_milestone(plan))["id"] for _ in range(2)]
    await practice.delete(f"/plans/{plan}/milestones/{first}")
    await practice.delete(f"/plans/{plan}")
    path = f"/plans/{plan}/milestones/{first}/restore"
    problem_of(await practice.post(path), 409, "plan-archived")
    await practice.post(f"/plans/{plan}/restore")
    assert (await practice.post(path)).json()["order_index"] == 1
    items = (await practice.get(f"/plans/{plan}/milestones")).json()["items"]
    assert [item["id"] for item in items] == [second, first]


async def test_a_record_that_became_part_of_another_stays_away(practice: Practice) -> None:
    """Two records of one person do not become two again by a button; the one that is kept says where to look."""
    kept, duplicate = [(await practice.make_client())["id"] for _ in range(2)]
    body = {"duplicate_id": duplicate, "reason": "entered twice"}
    assert (await practice.post(f"/clients/{kept}/merge", body)).is_success
    problem_of(await practice.post(f"/clients/{duplicate}/restore"), 409, "client-merged")
    assert (await practice.get(f"/clients/{duplicate}")).json()["archived_at"] is not None
