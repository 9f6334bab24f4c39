"""A whole window in one answer: how much of it, how long it may be, and days that have 25 or 23 hours."""

from typing import Any

import asyncpg
import pytest

from pazpaz.core.db.engine import Transaction
from tests.core.problem import problem_of
from tests.support.practice import Practice

_SEED = """
    INSERT INTO appointments (workspace_id, id, client_id, therapist_id, scheduled_start, scheduled_end)
    SELECT $1, gen_random_uuid(), $2, $3, m, m + interval '50 minutes'
    FROM generate_series(0, $4::integer - 1) AS i,
        LATERAL (SELECT '2026-07-01Z'::timestamptz + i * interval '1 hour') AS t (m)
"""
JULY_AND_AUGUST = {"from": "2026-07-01T00:00:00Z", "to": "2026-09-01T00:00:00Z"}


async def test_five_hundred_come_at_once(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window of 62 days is one answer of up to 500, with all beside them in four statements; the rest follows."""
    client = (await practice.make_client())["id"]
    await superuser.execute(_SEED, practice.workspace_id, client, practice.user_id, 510)
    fetch, sent = Transaction.fetch, []

    async def counted(self: Transaction, sql: str, *arguments: Any, **options: Any) -> list[Any]:
        sent.append(sql)
        return await fetch(self, sql, *arguments, **options)

    query = {**JULY_AND_AUGUST, "limit": 500, "include": "client,note,reminder"}
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "fetch", counted)
        page = (await practice.get("/appointments", params=query)).json()
    assert (len(page["items"]), page["total"], len(sent)) == (500, 510, 4)
    rest = (await practice.get("/appointments", params={**query, "cursor": page["next_cursor"]})).json()
    starts = [item["scheduled_start"] for item in (*page["items"], *rest["items"])]
    assert (len(rest["items"]), rest["next_cursor"]) == (10, None)
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    "window",
    [
        JULY_AND_AUGUST,
        {"from": "2026-07-01T00:00:00+03:00", "to": "2026-09-01T00:00:00+03:00"},
        # In Jerusalem the clock goes back on 25 October: 62 days of which one has 25 hours.
        {"from": "2026-09-01T00:00:00+03:00", "to": "2026-11-02T00:00:00+02:00"},
        {"from": "2026-09-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"},
    ],
)
async def test_so_long_a_window_is_answered_whole(practice: Practice, window: dict[str, str]) -> None:
    """62 days of the practice's calendar, or less."""
    assert (await practice.get("/appointments", params={**window, "limit": 500})).status_code == 200


@pytest.mark.parametrize(
    "window",
    [
        {},
        {"from": "2026-07-01T00:00:00Z"},
        {"to": "2026-07-01T00:00:00Z"},
        {"from": "2026-07-01T00:00:00Z", "to": "2026-09-02T00:00:00Z"},
        {"from": "2026-09-01T00:00:00+03:00", "to": "2026-11-03T00:00:00+02:00"},
    ],
)
async def test_a_longer_window_comes_in_pages(practice: Practice, window: dict[str, str]) -> None:
    """63 days, or an open end: more than a hundred at once is a 422 that says what would be answered."""
    answer = await practice.get("/appointments", params={**window, "limit": 101})
    assert problem_of(answer, 422, "invalid-input")["errors"] == [
        {
            "pointer": "/limit",
            "detail": "must be at most 100, unless from and to are at most 62 days apart",
        }
    ]
    assert (await practice.get("/appointments", params={**window, "limit": 100})).status_code == 200


@pytest.mark.parametrize("limit", [0, 501])
async def test_five_hundred_are_the_most(practice: Practice, limit: int) -> None:
    """No window holds more than 500 in one answer."""
    problem_of(await practice.get("/appointments", params={**JULY_AND_AUGUST, "limit": limit}), 422)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-10-25T00:00:00+03:00", "2026-10-26T00:00:00+02:00", 25),
        ("2026-03-27T00:00:00+02:00", "2026-03-28T00:00:00+03:00", 23),
    ],
)
async def test_a_day_is_as_long_as_it_is(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]", since: str, until: str, hours: int
) -> None:
    """The days on which Jerusalem's clock is changed show every hour that they have."""
    client = (await practice.make_client())["id"]
    seed = _SEED.replace("2026-07-01Z", since).replace("series(0,", "series(-3,")
    await superuser.execute(seed, practice.workspace_id, client, practice.user_id, 30)
    page = (await practice.get("/appointments", params={"from": since, "to": until})).json()
    assert page["total"] == len(page["items"]) == hours
