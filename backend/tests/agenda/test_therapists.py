"""What one therapist of several sees of their own: appointments, notes that are missing, notes, plans of care."""

from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.support.practice import Practice, join

LISTS = ("/appointments", "/appointments?needs_note=true", "/sessions", "/sessions?include=text", "/plans")


async def _of(practice: Practice, path: str, therapist: str) -> set[str]:
    path, _, query = path.partition("?")
    name, _, value = query.partition("=")
    params: dict[str, Any] = {"therapist_id": therapist, **({name: value} if name else {})}
    answer = await practice.get(path, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["items"])
    return {item["id"] for item in answer.json()["items"]}


async def _course(practice: Practice, therapist: str) -> dict[str, str]:
    """A client of the therapist's, who came, with a draft of the note and a plan."""
    client = (await practice.make_client())["id"]
    booked = await practice.make_appointment(client, therapist_id=therapist)
    note = await practice.make_session(booked["id"], plan="x")
    plan = await practice.make_plan(client)
    return {"/appointments": booked["id"], "/sessions": note["id"], "/plans": plan["id"]}


@pytest.mark.parametrize("path", LISTS)
async def test_each_therapist_has_their_own(app: FastAPI, practice: Practice, path: str) -> None:
    """`therapist_id` shows that therapist's only; of somebody unknown there is nothing."""
    colleague = await join(app, practice, "therapist")
    async with colleague.http:
        both = [str(practice.user_id), str(colleague.user_id)]
        courses = [await _course(practice, therapist) for therapist in both]
        noun = path.partition("?")[0]
        for therapist, course in zip(both, courses, strict=True):
            assert await _of(practice, path, therapist) == {course[noun]}
        assert await _of(practice, path, str(new_id())) == set()


async def test_a_plan_is_of_all_who_treat_the_client(app: FastAPI, practice: Practice) -> None:
    """A client with two therapists: the plan is in the list of both, and once; an archived appointment counts not."""
    colleague = await join(app, practice, "therapist")
    async with colleague.http:
        client = (await practice.make_client())["id"]
        plan = (await practice.make_plan(client))["id"]
        for _ in range(2):
            await practice.make_appointment(client)
        shared = await practice.make_appointment(client, therapist_id=str(colleague.user_id))
        assert await _of(practice, "/plans", str(practice.user_id)) == {plan}
        assert await _of(practice, "/plans", str(colleague.user_id)) == {plan}
        await practice.delete(f"/appointments/{shared['id']}")
        assert await _of(practice, "/plans", str(colleague.user_id)) == set()
