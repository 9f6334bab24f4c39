"""What a request sees of the key provider: notes, or 503; never a plain text, never an error of ours."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pazpaz.core.crypto.key_providers import (
    KeyProviders,
    KeyRefusedError,
    KeyUnopenedError,
    KeyUnreachableError,
)
from pazpaz.core.db.keys import AWAY_SECONDS, HELD_SECONDS
from tests.keys.faults import Clock, FaultyKeyProvider
from tests.keys.house import House
from tests.support.practice import Practice, open_practice


@pytest.fixture
async def practice(house: House) -> AsyncIterator[Practice]:
    """A fresh workspace in the house."""
    practice = await open_practice(house.app)
    async with practice.http:
        yield practice


@pytest.fixture
def kek(house: House, monkeypatch: pytest.MonkeyPatch) -> FaultyKeyProvider:
    """The provider, which fails when it is told to."""
    key = house.settings.encryption_key
    assert key
    kek = FaultyKeyProvider(key.get_secret_value())
    monkeypatch.setattr(house.resources.keys, "providers", KeyProviders(kek))
    return kek


@pytest.fixture
def clock(house: House, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The key ring's clock."""
    clock = Clock()
    clock.seconds = house.resources.keys._now()
    monkeypatch.setattr(house.resources.keys, "_now", clock)
    return clock


@pytest.mark.parametrize(
    "fault", [KeyUnreachableError("timeout"), KeyRefusedError("DisabledException")], ids=str
)
async def test_without_a_key_a_note_is_503(
    house: House, practice: Practice, kek: FaultyKeyProvider, fault: KeyUnopenedError
) -> None:
    """Reading, listing and writing say to come back, and nothing is written."""
    note = await practice.make_session(plan="x")
    house.resources.keys.forget(practice.workspace_id)
    kek.fault = fault
    answers = [
        await practice.get(f"/sessions/{note['id']}"),
        await practice.get("/clients"),
        await practice.put(f"/sessions/{note['id']}", {"plan": "y"}),
        await practice.post("/clients", {"first_name": "R", "last_name": "L"}),
    ]
    assert {answer.status_code for answer in answers} == {503}
    assert all(answer.headers["retry-after"] for answer in answers)
    kek.fault = None
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "x"
    assert (await practice.get("/clients")).json()["total"] == 1


async def test_what_needs_no_key_goes_on(house: House, practice: Practice, kek: FaultyKeyProvider) -> None:
    """Settings, members and the audit log hold no health data."""
    house.resources.keys.forget(practice.workspace_id)
    kek.fault = KeyUnreachableError("timeout")
    for path in ("/workspace", "/members", "/audit-events"):
        assert (await practice.get(path)).status_code == 200


async def test_five_minutes_then_503(practice: Practice, kek: FaultyKeyProvider, clock: Clock) -> None:
    """A practice that is at work when the provider goes away works on for five minutes; then it waits."""
    note = await practice.make_session(plan="0")
    kek.fault = KeyUnreachableError("timeout")
    opened = clock.seconds
    for number in range(1, 5):
        clock.seconds = opened + number * HELD_SECONDS
        assert (await practice.put(f"/sessions/{note['id']}", {"plan": str(number)})).status_code == 200
    clock.seconds = opened + AWAY_SECONDS + 1
    assert (await practice.get(f"/sessions/{note['id']}")).status_code == 503
    kek.fault = None
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "4"


async def test_the_cause_is_logged(
    house: House, practice: Practice, kek: FaultyKeyProvider, caplog: pytest.LogCaptureFixture
) -> None:
    """One line names what the provider said."""
    house.resources.keys.forget(practice.workspace_id)
    kek.fault = KeyRefusedError("DisabledException")
    await practice.get("/clients")
    said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [line["cause"] for line in said if line["level"] == "error"] == ["DisabledException"]


async def test_a_practice_is_not_opened_without_a_key(house: House, kek: FaultyKeyProvider) -> None:
    """A sign-up while the provider is away makes no workspace without a data key."""

    async def away(*_arguments: object) -> None:
        raise KeyUnreachableError("timeout")

    kek.wrap = away  # type: ignore[method-assign, assignment]
    before = await house.referee.fetchval("SELECT count(*) FROM workspaces")
    with pytest.raises(KeyUnreachableError):
        await open_practice(house.app)
    assert await house.referee.fetchval("SELECT count(*) FROM workspaces") == before


async def test_many_workspaces_at_once_are_served(house: House) -> None:
    """A hundred workspaces whose keys expired together are opened together; no request is refused for it."""
    practices = [await open_practice(house.app) for _ in range(100)]
    for practice in practices:
        house.resources.keys.forget(practice.workspace_id)
    answers = await asyncio.gather(*(practice.get("/clients") for practice in practices for _ in range(2)))
    assert {answer.status_code for answer in answers} == {200}
    for practice in practices:
        await practice.http.aclose()
