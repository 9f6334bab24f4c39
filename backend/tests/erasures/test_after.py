"""An erased record takes nothing any more, whatever still knows its ids."""

from typing import Any

import asyncpg

from pazpaz.core.process.resources import Resources
from pazpaz.erasures.jobs import erase_due
from tests.erasures.test_erasing import LONG_AGO, SOAP, let_pass
from tests.support.practice import Practice


async def test_nothing_is_written_into_it(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Neither a draft that was open in it, nor what is restored, amended, planned or said of an appointment."""
    client = (await practice.make_client())["id"]
    held = (await practice.make_appointment(client, **LONG_AGO))["id"]
    draft = (await practice.make_session(held, **SOAP))["id"]
    removed = (await practice.make_appointment(client, scheduled_start="2010-03-03T08:00:00Z",
                                               scheduled_end="2010-03-03T08:50:00Z"))["id"]  # fmt: skip
    await practice.delete(f"/appointments/{removed}")
    plan, past = [(await practice.make_plan(client))["id"] for _ in range(2)]
    milestone = (await practice.make_milestone(plan))["id"]
    await practice.delete(f"/plans/{past}")
    await practice.delete(f"/clients/{client}")
    assert (await practice.put(f"/clients/{client}/erasure")).status_code == 200
    await let_pass(superuser, client)
    await erase_due(resources)
    tries: tuple[tuple[str, str, dict[str, str] | None], ...] = (
        ("POST", f"/sessions/{draft}/restore", None),
        ("POST", "/sessions", {"appointment_id": held, "plan": "x"}),
        ("PUT", f"/appointments/{held}", {"notes": "x"}),
        ("POST", f"/appointments/{removed}/restore", None),
        ("PUT", f"/plans/{plan}", {"title": "x"}),
        ("POST", f"/plans/{plan}/milestones", {"description": "x"}),
        ("PUT", f"/plans/{plan}/milestones/{milestone}", {"description": "x"}),
        ("POST", f"/plans/{past}/restore", None),
    )
    for method, path, body in tries:
        answer = await practice.request(method, path, **({} if body is None else {"json": body}))
        told = answer.status_code, answer.json()["type"].rpartition("/")[2]
        assert (method, path, told) == (method, path, (409, "client-erased"))
