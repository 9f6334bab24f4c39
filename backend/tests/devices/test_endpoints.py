"""Devices of one's own: their secrets, who is given them, and what goes with them."""

import base64
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.devices.models import MOST_DEVICES
from tests.accounts.cases import sign_in
from tests.support.case import Call
from tests.support.guards_phi import dumped, queued, traces
from tests.support.practice import Practice, join


async def made(practice: Practice, name: str = "phone", **options: object) -> dict[str, str]:
    """A new device of the practice's user."""
    answer = await practice.post("/auth/devices", {"name": name}, **options)
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


async def opened(practice: Practice, device_id: str) -> str:
    """The device's secret."""
    answer = await practice.post(f"/auth/devices/{device_id}/secret")
    assert answer.status_code == 200, answer.text
    secret: str = answer.json()["secret"]
    return secret


def refusal(answer: httpx.Response) -> str:
    """Why it was refused, as the problem document says."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    slug: str = answer.json()["type"].rpartition("/")[2]
    return slug


async def by_cookie(app: FastAPI, practice: Practice) -> dict[str, str]:
    """A browser of the practice's user that has just signed in."""
    return {"pazpaz_sign_in": await sign_in(app, practice)}


async def test_a_secret_is_32_bytes_and_the_same_each_time(practice: Practice) -> None:
    """Each device has one of its own, and is given it again."""
    devices = [await made(practice) for _ in range(2)]
    secrets = [device["secret"] for device in devices]
    assert [len(base64.urlsafe_b64decode(f"{secret}=")) for secret in secrets] == [32, 32]
    assert secrets[0] != secrets[1]
    assert [await opened(practice, device["id"]) for device in devices] == secrets


async def test_devices_are_listed_without_their_secrets(app: FastAPI, practice: Practice) -> None:
    """The newest first; the one that this sign-in opened last is the current one."""
    first, second = await made(practice, "phone"), await made(practice, "laptop")
    page = (await practice.get("/auth/devices")).json()
    shown = [(item["id"], item["name"], item["is_current"], item["last_used_at"]) for item in page["items"]]
    assert shown == [(second["id"], "laptop", True, None), (first["id"], "phone", False, None)]
    await opened(practice, first["id"])
    items = (await practice.get("/auth/devices")).json()["items"]
    assert [(item["is_current"], item["last_used_at"] is None) for item in items] == [
        (False, True), (True, False)
    ]  # fmt: skip
    elsewhere = Call("GET", "/auth/devices", cookies=await by_cookie(app, practice))
    del practice.http.headers["Authorization"]
    answer = await elsewhere.send(practice.http)
    assert [item["is_current"] for item in answer.json()["items"]] == [False, False]
    assert first["secret"] not in answer.text
    assert second["secret"] not in answer.text


async def test_a_removed_device_has_no_secret(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """It is destroyed in the row, the device is listed no more, and a second removal finds nothing."""
    device, kept = await made(practice), await made(practice)
    other = await by_token(practice)
    assert (await practice.delete(f"/auth/devices/{device['id']}")).status_code == 204
    row = await superuser.fetchrow("SELECT secret, removed_at FROM devices WHERE id = $1", device["id"])
    assert row is not None
    assert row["secret"] is None
    assert row["removed_at"] is not None
    assert [item["id"] for item in (await other.get("/auth/devices")).json()["items"]] == [kept["id"]]
    assert refusal(await other.post(f"/auth/devices/{device['id']}/secret")) == "device-removed"
    assert refusal(await other.delete(f"/auth/devices/{device['id']}")) == "not-found"
    assert refusal(await other.post(f"/auth/devices/{new_id()}/secret")) == "not-found"


async def test_a_colleague_is_not_told_of_a_removed_device(app: FastAPI, practice: Practice) -> None:
    """It is as unknown to them as one that there is."""
    therapist = await join(app, practice, "therapist")
    device = await made(therapist)
    await (await by_token(therapist)).delete(f"/auth/devices/{device['id']}")
    assert refusal(await practice.post(f"/auth/devices/{device['id']}/secret")) == "not-found"


async def by_token(practice: Practice) -> Practice:
    """The same user by another token."""
    token = (await practice.post("/auth/tokens", {"name": "another"})).json()["token"]
    http = type(practice.http)(transport=practice.http._transport, base_url=practice.http.base_url)
    http.headers["Authorization"] = f"Bearer {token}"
    return Practice(http, practice.workspace_id, practice.user_id, token, practice.email)


async def test_removing_a_device_ends_every_sign_in_that_was_given_its_secret(practice: Practice) -> None:
    """Also one that has opened another device since; those of other devices, and of none, go on."""
    device = await made(practice)
    also, moved_on, of_another, plain = [await by_token(practice) for _ in range(4)]
    await opened(also, device["id"])
    await opened(moved_on, device["id"])
    await opened(moved_on, (await made(moved_on))["id"])
    await made(of_another)
    assert (await plain.delete(f"/auth/devices/{device['id']}")).status_code == 204
    callers = (practice, also, moved_on, of_another, plain)
    assert [(await caller.get("/auth/me")).status_code for caller in callers] == [401, 401, 401, 200, 200]


async def test_a_device_is_its_owners_alone(app: FastAPI, practice: Practice, other: Practice) -> None:
    """Neither a colleague nor the practice's owner nor a stranger is given its secret, sees it or removes it."""
    therapist = await join(app, practice, "therapist")
    device = await made(therapist)
    for caller in (practice, await join(app, practice, "therapist"), other):
        for answer in (
            await caller.post(f"/auth/devices/{device['id']}/secret"),
            await caller.delete(f"/auth/devices/{device['id']}"),
        ):
            assert refusal(answer) == "not-found"
        assert (await caller.get("/auth/devices")).json()["items"] == []
    assert await opened(therapist, device["id"]) == device["secret"]


async def test_a_locked_sign_in_opens_no_device(app: FastAPI, practice: Practice) -> None:
    """As long as nobody has proved to be there, the secret stays here."""
    device = await made(practice)
    cookies = await by_cookie(app, practice)
    del practice.http.headers["Authorization"]
    path = f"/auth/devices/{device['id']}/secret"
    assert (await Call("POST", path, cookies=cookies).send(practice.http)).status_code == 200
    assert (await Call("POST", "/auth/lock", cookies=cookies).send(practice.http)).status_code == 204
    assert refusal(await Call("POST", path, cookies=cookies).send(practice.http)) == "sign-in-locked"


async def test_nobody_has_more_devices_than_anybody_needs(practice: Practice) -> None:
    """A removed one counts no more."""
    devices = [await made(practice) for _ in range(MOST_DEVICES)]
    refused = await practice.post("/auth/devices", {"name": "one more"})
    assert refusal(refused) == "too-many-devices"
    another = await by_token(practice)
    await practice.delete(f"/auth/devices/{devices[0]['id']}")
    await made(another)


async def test_a_removed_members_devices_are_destroyed(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """With the member, in one statement; those of others stay."""
    member = await join(app, practice, "therapist")
    device, own = await made(member), await made(practice)
    assert (await practice.delete(f"/members/{member.user_id}")).status_code == 204
    rows = await superuser.fetch(
        "SELECT id::text, secret IS NULL AS gone FROM devices WHERE id = ANY($1::uuid[])",
        [device["id"], own["id"]],
    )
    assert {row["id"]: row["gone"] for row in rows} == {device["id"]: True, own["id"]: False}
    assert (await member.post(f"/auth/devices/{device['id']}/secret")).status_code == 401


async def test_a_disabled_member_is_refused_and_finds_their_words_again(
    app: FastAPI, practice: Practice
) -> None:
    """Their sign-ins end, so nobody is given the secret; who is let in again, is given it again."""
    member = await join(app, practice, "therapist")
    device = await made(member)
    await practice.put(f"/members/{member.user_id}", {"status": "disabled"})
    assert (await member.post(f"/auth/devices/{device['id']}/secret")).status_code == 401
    await practice.put(f"/members/{member.user_id}", {"status": "active"})
    cookies = await by_cookie(app, member)
    del member.http.headers["Authorization"]
    again = await Call("POST", f"/auth/devices/{device['id']}/secret", cookies=cookies).send(member.http)
    assert again.json() == {"secret": device["secret"]}


async def test_who_treats_no_more_opens_nothing_and_may_remove(app: FastAPI, practice: Practice) -> None:
    """A therapist who became an assistant."""
    member = await join(app, practice, "therapist")
    device = await made(member)
    await practice.put(f"/members/{member.user_id}", {"role": "assistant"})
    assert refusal(await member.post("/auth/devices", {"name": "x"})) == "role-not-allowed"
    refused = await member.post(f"/auth/devices/{device['id']}/secret")
    assert refusal(refused) == "role-not-allowed"
    assert (await member.delete(f"/auth/devices/{device['id']}")).status_code == 204


async def test_a_reset_of_factors_keeps_devices(practice: Practice, app: FastAPI) -> None:
    """It ends sign-ins; the words that wait on a device are its owner's, who comes back by new factors."""
    member = await join(app, practice, "therapist")
    device = await made(member)
    assert (await practice.post(f"/members/{member.user_id}/reset-factors")).status_code == 204
    assert (await member.get("/auth/devices")).status_code == 401
    cookies = await by_cookie(app, member)
    del member.http.headers["Authorization"]
    again = await Call("POST", f"/auth/devices/{device['id']}/secret", cookies=cookies).send(member.http)
    assert again.json() == {"secret": device["secret"]}


async def test_a_practice_that_is_restored_has_its_devices(practice: Practice) -> None:
    """Nothing goes before the day of the deletion."""
    device = await made(practice)
    assert (await practice.delete("/workspace")).status_code == 202
    assert await opened(practice, device["id"]) == device["secret"]
    assert (await practice.post("/workspace/restore")).status_code == 200
    assert await opened(practice, device["id"]) == device["secret"]


async def test_no_copy_of_a_secret_is_kept(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Sent with an Idempotency-Key, the same request makes another device; the secret stands nowhere in plain."""
    headers = {"Idempotency-Key": str(new_id())}
    devices = [await made(practice, headers=headers) for _ in range(2)]
    assert devices[0]["id"] != devices[1]["id"]
    count = "SELECT count(*) FROM idempotency_keys WHERE workspace_id = $1"
    assert await superuser.fetchval(count, practice.workspace_id) == 0
    secret = await opened(practice, devices[0]["id"])
    places = {**await dumped(superuser), **await queued(resources), "the log": caplog.text.encode()}
    assert traces(places, [secret]) == []
    assert traces({"a place that holds it": secret.encode()}, [secret]) != []


async def test_what_happens_to_devices_is_recorded(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """By whom, of which device; no name and no secret."""
    device = await made(practice, "Dana's phone")
    await opened(practice, device["id"])
    await practice.delete(f"/auth/devices/{device['id']}")
    events = await superuser.fetch(
        "SELECT action, user_id FROM audit_events WHERE entity_id = $1 ORDER BY id", device["id"]
    )
    assert [(event["action"], event["user_id"]) for event in events] == [
        (f"device.{verb}", practice.user_id) for verb in ("create", "open", "remove")
    ]
