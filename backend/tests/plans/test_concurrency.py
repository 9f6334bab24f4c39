"""Plans and milestones under simultaneous requests."""

import asyncio
import random
from typing import Any

import asyncpg
import httpx
import pytest

from tests.core.waiting import until_done_or_blocked
from tests.support.practice import Practice

MANY = 32


async def _ids(practice: Practice, plan_id: str) -> list[str]:
    page = (await practice.get(f"/plans/{plan_id}/milestones", params={"limit": 100})).json()
    assert page["next_cursor"] is None
    assert [item["order_index"] for item in page["items"]] == list(range(page["total"]))
    return [item["id"] for item in page["items"]]


@pytest.mark.parametrize("seed", range(3))
async def test_the_order_stays_dense_under_everything_at_once(practice: Practice, seed: int) -> None:
    """Of 32 simultaneous inserts, archivings and reorders every one is whole: no gap, none lost, none twice."""
    chance = random.Random(seed)
    plan_id = (await practice.make_plan())["id"]
    path = f"/plans/{plan_id}/milestones"
    before = [(await practice.make_milestone(plan_id))["id"] for _ in range(12)]
    gone = chance.sample(before, 6)

    async def insert() -> httpx.Response:
        place = chance.choice([None, 0, 3, 50])
        return await practice.post(
            path, {"description": "x", **({} if place is None else {"order_index": place})}
        )

    async def reorder() -> httpx.Response:
        ids = await _ids(practice, plan_id)
        chance.shuffle(ids)
        return await practice.put(f"{path}/order", {"ids": ids})

    works: list[Any] = [insert() for _ in range(14)] + [reorder() for _ in range(12)]
    works += [practice.delete(f"{path}/{item}") for item in gone]
    chance.shuffle(works)
    answers = await asyncio.gather(*works)
    assert {answer.status_code for answer in answers} <= {200, 201, 204, 422}
    assert all(a.request.method == "PUT" for a in answers if a.status_code == 422)
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 14
    after = await _ids(practice, plan_id)
    assert sorted(after) == sorted((set(before) - set(gone)) | made)


async def test_of_many_closings_each_is_whole(practice: Practice) -> None:
    """Of 16 simultaneous completings and discontinuings one kind wins; the others are 409 or change nothing."""
    path = f"/plans/{(await practice.make_plan())['id']}"
    words = ["completed", "discontinued"] * 8
    answers = await asyncio.gather(*(practice.put(path, {"status": word}) for word in words))
    final = (await practice.get(path)).json()
    assert final["version"] == 2
    for word, answer in zip(words, answers, strict=True):
        assert answer.status_code == (200 if word == final["status"] else 409)


async def test_every_earlier_text_is_kept(practice: Practice) -> None:
    """Of 16 simultaneous edits each overwrites another's text, and all of them stay readable."""
    plan = await practice.make_plan(goals="0")
    path = f"/plans/{plan['id']}"
    await asyncio.gather(*(practice.put(path, {"goals": str(n)}) for n in range(1, 17)))
    page = (await practice.get(f"{path}/revisions")).json()
    told = [item["goals"] for item in page["items"]] + [(await practice.get(path)).json()["goals"]]
    assert sorted(told, key=int) == [str(n) for n in range(17)]
    assert sorted(item["plan_version"] for item in page["items"]) == list(range(1, 17))


async def test_of_many_edits_with_one_version_one_takes_place(practice: Practice) -> None:
    """Of 16 simultaneous edits that insist on the same version exactly one is a 200."""
    path = f"/plans/{(await practice.make_plan())['id']}"
    sent = (practice.put(path, {"goals": str(n)}, headers={"If-Match": '"1"'}) for n in range(16))
    answers = await asyncio.gather(*sent)
    assert sorted(a.status_code for a in answers) == [200] + [412] * 15


async def test_dates_that_meet_do_not_contradict(practice: Practice) -> None:
    """Of two simultaneous edits whose dates contradict each other one is refused."""
    plan = await practice.make_plan(start_date="2026-03-01", end_date="2026-03-31")
    path = f"/plans/{plan['id']}"
    answers = await asyncio.gather(
        practice.put(path, {"start_date": "2026-03-20"}), practice.put(path, {"end_date": "2026-03-10"})
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    final = (await practice.get(path)).json()
    assert final["start_date"] <= final["end_date"]


async def test_a_milestone_that_waits_for_the_archiving_is_refused(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A milestone begun before the plan's archiving was committed does not slip in."""
    plan_id = (await practice.make_plan())["id"]
    async with superuser.transaction():
        await superuser.execute("UPDATE plans SET archived_at = now() WHERE id = $1", plan_id)
        adding = asyncio.create_task(practice.post(f"/plans/{plan_id}/milestones", {"description": "x"}))
        await until_done_or_blocked(adding, superuser)
    assert (await adding).status_code == 409
    assert (await practice.get(f"/plans/{plan_id}/milestones")).json()["total"] == 0


async def test_a_milestone_that_waits_counts_what_it_waited_for(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """One that is added while another is being added gets the place behind it."""
    plan_id = (await practice.make_plan())["id"]
    one = await practice.make_milestone(plan_id)
    async with superuser.transaction():
        await superuser.execute("SELECT FROM plans WHERE id = $1 FOR UPDATE", plan_id)
        adding = asyncio.create_task(practice.post(f"/plans/{plan_id}/milestones", {"description": "x"}))
        await until_done_or_blocked(adding, superuser)
        await superuser.execute("UPDATE milestones SET order_index = 1 WHERE id = $1", one["id"])
        await superuser.execute(
            "INSERT INTO milestones (workspace_id, id, plan_id, client_id, description, order_index)"
            " SELECT workspace_id, gen_random_uuid(), plan_id, client_id, description, 0 FROM milestones WHERE id = $1",
            one["id"],
        )
    assert (await adding).json()["order_index"] == 2
