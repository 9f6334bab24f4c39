"""Inviting, looking at and ending members, for the tests of members."""

from typing import Any
from uuid import UUID

import httpx

from pazpaz.accounts.jobs import send_invitation
from tests.accounts.mailbox import Mail, Person
from tests.support.practice import Practice


async def invite(practice: Practice, email: str, role: str = "therapist") -> httpx.Response:
    return await practice.post("/members", {"email": email, "full_name": "Noa Mizrahi", "role": role})


async def seen(practice: Practice, member_id: object) -> dict[str, Any] | None:
    """The member as the list shows them."""
    items = (await practice.get("/members")).json()["items"]
    return next((item for item in items if item["id"] == str(member_id)), None)


async def end(practice: Practice, member_id: object, change: dict[str, str] | None) -> httpx.Response:
    """Change a member; None removes them."""
    path = f"/members/{member_id}"
    return await (practice.put(path, change) if change else practice.delete(path))


async def invited(practice: Practice, person: Person) -> Mail:
    """Invite the person, do what the worker does, and return the newest mail."""
    answer = await invite(practice, person.email)
    assert answer.status_code == 201, answer.text
    await send_invitation(person.resources, UUID(answer.json()["id"]))
    return person.mails()[-1]
