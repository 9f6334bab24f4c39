"""What devices tell the guards."""

import asyncpg

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.ratelimit import Limit
from tests.accounts.cases import referee_url
from tests.support.case import CLINICIANS, EVERYONE, Case, Shelf, Step
from tests.support.practice import API

CASES = (
    Case(
        "POST /auth/devices", CLINICIANS, "device.create", body={"name": "phone"}, volatile=("id", "secret"),
        statements=6,  # the user is held, the others counted; the sign-in that has the secret is looked for and noted
    ),
    Case(
        "POST /auth/devices/{device_id}/secret", CLINICIANS, "device.open", "device, removed device",
        limit=Limit.OWN,
        statements=4,  # the sign-in that has the secret is looked for and noted
    ),
    Case("GET /auth/devices", EVERYONE, "device.list"),
    Case(
        "DELETE /auth/devices/{device_id}", EVERYONE, "device.remove", "device, removed device", limit=Limit.OWN,
    ),
)  # fmt: skip


async def _devices(shelf: Shelf) -> dict[str, str]:
    """Two devices of the user, made by a sign-in of their own, which ended when the second was removed."""
    practice, ids = shelf.practice, []
    if (await practice.get("/auth/me")).json()["user"]["role"] == "assistant":
        ids = [await _of_earlier_days(shelf) for _ in range(2)]
    while len(ids) < 2:
        token = (await practice.post("/auth/tokens", {"name": shelf.ids["word"]})).json()["token"]
        by = {"Authorization": f"Bearer {token}"}
        made = await practice.http.post(f"{API}/auth/devices", json={"name": shelf.ids["word"]}, headers=by)
        ids.append(made.json()["id"])
    await practice.delete(f"/auth/devices/{ids[1]}")
    return {"device": ids[0], "removed device": ids[1]}


async def _of_earlier_days(shelf: Shelf) -> str:
    """A device of somebody who treated clients once, and makes none any more."""
    referee, device_id = await asyncpg.connect(referee_url(shelf.app)), new_id()
    await referee.execute(
        "INSERT INTO devices (workspace_id, id, user_id, name, secret) VALUES ($1, $2, $3, 'old', $4)",
        shelf.practice.workspace_id, device_id, shelf.practice.user_id, bytes(33),
    )  # fmt: skip
    await referee.close()
    return str(device_id)


STEPS = (Step("device, removed device", _devices, personal=True),)
