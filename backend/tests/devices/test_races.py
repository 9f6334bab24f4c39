"""Devices that are opened, made and removed at once."""

import asyncio
from typing import Any

import asyncpg
from fastapi import FastAPI

from pazpaz.devices.models import MOST_DEVICES
from tests.devices.test_endpoints import by_token, made
from tests.support.lengths import length
from tests.support.practice import Practice, join

ROUNDS = length(5, slow=100)


async def test_whoever_was_given_a_secret_ends_with_its_device(practice: Practice) -> None:
    """However opening and removing overlap: who got the secret is signed out, and who did not goes on."""
    for _ in range(ROUNDS):
        device = await made(await by_token(practice))
        callers = [await by_token(practice) for _ in range(4)]
        path = f"/auth/devices/{device['id']}"
        *answers, removed = await asyncio.gather(
            *(caller.post(f"{path}/secret") for caller in callers), practice.delete(path)
        )
        assert removed.status_code == 204
        assert {answer.status_code for answer in answers} <= {200, 410}
        standing = [(await caller.get("/auth/me")).status_code for caller in callers]
        assert standing == [401 if answer.status_code == 200 else 200 for answer in answers]


async def test_one_sign_in_opens_a_device_twice_at_once(practice: Practice) -> None:
    """Two tabs are given the same secret, and are one sign-in of the device."""
    device = await made(await by_token(practice))
    path = f"/auth/devices/{device['id']}/secret"
    answers = await asyncio.gather(*(practice.post(path) for _ in range(6)))
    assert [answer.json() for answer in answers] == [{"secret": device["secret"]}] * 6


async def test_a_member_is_removed_while_they_open_a_device(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Whatever was first: afterwards no secret of theirs is left, also of a device that was being made."""
    for _ in range(ROUNDS):
        member = await join(app, practice, "therapist")
        device = await made(member)
        path = f"/auth/devices/{device['id']}/secret"
        *answers, removed = await asyncio.gather(
            member.post(path), member.post("/auth/devices", {"name": "late"}), member.post(path),
            practice.delete(f"/members/{member.user_id}"),
        )  # fmt: skip
        assert removed.status_code == 204, removed.text
        assert {answer.status_code for answer in answers} <= {200, 401, 410}
        left = (
            "SELECT count(*) FROM devices WHERE user_id = $1 AND (secret IS NOT NULL OR removed_at IS NULL)"
        )
        assert await superuser.fetchval(left, member.user_id) == 0


async def test_the_most_are_the_most_also_at_once(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Of several that are made at once no more count than may."""
    for number in range(MOST_DEVICES - 2):
        await made(practice, str(number))
    answers = await asyncio.gather(*(practice.post("/auth/devices", {"name": "last"}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409, 409]
