"""A member's own wish: whether there is a digest, and at what time."""

import asyncio

import pytest
from fastapi import FastAPI

from tests.support.practice import Practice, join

PATH = "/reminders/digest"


async def test_nobody_has_one_who_did_not_ask(practice: Practice) -> None:
    """Off, at six in the evening, and of version 0."""
    answer = await practice.get(PATH)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"0"')
    assert answer.json() == {
        "id": str(practice.user_id), "workspace_id": str(practice.workspace_id),
        "is_active": False, "send_time": "18:00", "answers_at_once": True, "version": 0,
    }  # fmt: skip


async def test_what_is_set_is_read(practice: Practice) -> None:
    """What is left out stays."""
    first = await practice.put(PATH, {"is_active": True})
    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    second = await practice.put(PATH, {"send_time": "20:15"}, headers={"If-Match": '"1"'})
    assert second.json() == {**first.json(), "send_time": "20:15", "version": 2}
    assert (await practice.get(PATH)).json() == second.json()


async def test_a_wish_of_another_version_is_refused(practice: Practice) -> None:
    """412, also for who has seen that nothing was set when something was."""
    stale = {"If-Match": '"0"'}
    assert (await practice.put(PATH, {"is_active": True}, headers=stale)).status_code == 200
    for version in ('"0"', '"2"'):
        answer = await practice.put(PATH, {"is_active": False}, headers={"If-Match": version})
        assert answer.status_code == 412, answer.text
        assert answer.json()["type"].endswith("/stale-version")
    assert (await practice.get(PATH)).json()["is_active"] is True


@pytest.mark.parametrize("body", [{"is_active": True}, {"send_time": "21:00"}, {}], ids=str)
async def test_first_wishes_at_once(practice: Practice, body: dict[str, object]) -> None:
    """Two devices that both say something first: one makes it, the other changes it."""
    answers = await asyncio.gather(*(practice.put(PATH, body) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert min(answer.json()["version"] for answer in answers) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"send_time": "24:00"}, {"send_time": "6:00"}, {"send_time": "18:60"}, {"send_time": "18:00:00"},
        {"send_time": "١٨:٠٠"}, {"send_time": None}, {"send_time": 18}, {"is_active": "yes"}, {"is_active": None},
        {"user_id": "x"},
    ],
    ids=str,
)  # fmt: skip
async def test_what_is_no_time_of_day(practice: Practice, body: dict[str, object]) -> None:
    """422, and nothing is set."""
    assert (await practice.put(PATH, body)).status_code == 422
    assert (await practice.get(PATH)).json()["version"] == 0


async def test_each_member_decides_for_themselves(app: FastAPI, practice: Practice) -> None:
    """A colleague's is another."""
    await practice.put(PATH, {"is_active": True})
    colleague = await join(app, practice, "therapist")
    async with colleague.http:
        assert (await colleague.get(PATH)).json()["is_active"] is False
        await colleague.put(PATH, {"send_time": "07:00"})
    assert (await practice.get(PATH)).json()["send_time"] == "18:00"
