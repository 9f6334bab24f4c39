"""Devices: the same person with a sign-in of their own, and time that has passed."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI

from tests.support.practice import Practice, browser


async def another_device(app: FastAPI, practice: Practice) -> Practice:
    """The practice's user with another token; close its `http`."""
    made = await practice.post("/auth/tokens", {"name": "another device"})
    assert made.status_code == 201, made.text
    http, token = browser(app), made.json()["token"]
    http.headers["Authorization"] = f"Bearer {token}"
    return replace(practice, http=http, token=token)


async def pass_minutes(superuser: "asyncpg.Connection[Any]", session_id: str, minutes: float) -> None:
    """As if the note's last saves had begun that much earlier."""
    await superuser.execute(
        "UPDATE sessions SET saved_since = saved_since - make_interval(secs => $2) WHERE id = $1",
        UUID(session_id),
        minutes * 60,
    )
