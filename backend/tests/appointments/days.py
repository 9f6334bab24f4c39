"""Times and bodies of appointments under test."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from pazpaz.core.base.ids import new_id
from tests.support.practice import Practice

DAY = datetime(2026, 6, 1, tzinfo=UTC)


def at(hour: float) -> str:
    """An instant of the day, as it is sent and answered."""
    return (DAY + timedelta(hours=hour)).isoformat().replace("+00:00", "Z")


def slot(start: float, end: float) -> dict[str, str]:
    """From one hour of the day to another."""
    return {"scheduled_start": at(start), "scheduled_end": at(end)}


def slug(answer: httpx.Response) -> str:
    """Which problem an answer is."""
    return str(answer.json()["type"]).rpartition("/")[2]


async def book(practice: Practice, start: float, end: float, **values: Any) -> httpx.Response:
    """Ask for an appointment of a new client."""
    client_id = values.pop("client_id", None) or (await practice.make_client())["id"]
    return await practice.post("/appointments", {"client_id": client_id, **slot(start, end), **values})


async def hire(practice: Practice, referee: Any) -> str:
    """Another therapist of the practice."""
    user_id = new_id()
    await referee.execute(
        "INSERT INTO users (workspace_id, id, email, full_name, role) VALUES ($1, $2, $3, 'Noa', 'therapist')",
        practice.workspace_id,
        user_id,
        f"{user_id}@example.org",
    )
    return str(user_id)
