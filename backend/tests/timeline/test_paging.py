"""The timeline against a naive model over random histories: same events, same order, paged with any limit."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pazpaz.core.process.resources import Resources
from pazpaz.timeline.queries import BRANCHES
from tests.support.practice import Practice
from tests.timeline.histories import DAYS, MOMENTS, Chronicle, Step, Told

_STEPS = st.builds(
    Step,
    kind=st.sampled_from(["appointment", "note", "plan", "milestone", "amendment", "revision"]),
    moment=st.sampled_from(MOMENTS),
    second=st.sampled_from(MOMENTS),
    day=st.sampled_from(DAYS),
    state=st.integers(0, 5),
    is_archived=st.booleans() | st.just(value=False),
    parent=st.integers(0, 3),
)
_KINDS = (
    "session", "session_finalized", "plan_created", "plan_updated", "plan_completed", "plan_discontinued",
    "milestone_achieved", "session_amended", "appointment_completed", "appointment_cancelled",
    "appointment_no_show",
)  # fmt: skip
_RANKS = {
    **dict.fromkeys((kind for kind in _KINDS if kind.startswith("appointment")), 0),
    **{b.event_type.value: rank for rank, b in enumerate(BRANCHES) if hasattr(b.event_type, "value")},
}


async def _chronicle(
    practice: Practice, resources: Resources, referee: "asyncpg.Connection[asyncpg.Record]"
) -> Chronicle:
    client = (await practice.make_client())["id"]
    cipher = resources.keys.held(practice.workspace_id)
    assert cipher is not None
    return Chronicle(referee, cipher, practice.workspace_id, practice.user_id, UUID(client))


def _told(event: dict[str, Any]) -> Told:
    """The model's view of an event: a revision and an addendum have ids of their own, which the API does not show."""
    row = event["milestone_id"] or event["plan_id"] or event["session_id"] or event["appointment_id"]
    return event["event_type"], datetime.fromisoformat(event["event_date"]).astimezone(UTC), UUID(row)


def _shown(told: list[Told]) -> list[tuple[str, datetime]]:
    return [(kind, moment) for kind, moment, _ in told]


def _ordered(told: list[Told]) -> list[Told]:
    return sorted(told, key=lambda item: (item[1], item[2], _RANKS[item[0]]), reverse=True)


async def _pages(
    practice: Practice, client: UUID, limit: int, before_each: list[tuple[Chronicle, Step]], **params: str
) -> tuple[list[Told], list[int]]:
    """All pages in turn, with something new written before each of the first ones."""
    shown: list[Told] = []
    totals = []
    place: dict[str, str] = {}
    while True:
        answer = await practice.get(f"/clients/{client}/timeline", params={"limit": limit, **params, **place})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        shown += [_told(event) for event in page["events"]]
        totals.append(page["total_events"])
        assert len(page["events"]) == limit or page["next_before"] is None
        if page["next_before"] is None:
            return shown, totals
        place = {"before": page["next_before"]}
        if before_each:
            chronicle, step = before_each.pop()
            await chronicle.write(step)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(_STEPS, min_size=1, max_size=14),
    limit=st.integers(1, 9),
    types=st.none() | st.sets(st.sampled_from(_KINDS), min_size=1),
    since=st.none() | st.sampled_from(MOMENTS),
    until=st.none() | st.sampled_from(MOMENTS),
)
async def test_the_timeline_is_the_naive_one(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[asyncpg.Record]",
    steps: list[Step],
    limit: int,
    types: set[str] | None,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Sorted by moment, id and kind, newest first, within the filters; every page's total is exact."""
    chronicle = await _chronicle(practice, resources, superuser)
    for step in steps:
        await chronicle.write(step)
    expected = [
        (kind, moment, row)
        for kind, moment, row in _ordered(chronicle.told)
        if (types is None or kind in types)
        and (since is None or moment >= since)
        and (until is None or moment < until)
    ]
    params = {"types": ",".join(sorted(types))} if types else {}
    params |= {"from": since.isoformat()} if since else {}
    params |= {"to": until.isoformat()} if until else {}
    shown, totals = await _pages(practice, chronicle.client_id, limit, [], **params)
    assert _shown(shown) == _shown(expected)
    assert set(totals) == {len(expected)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(_STEPS, min_size=4, max_size=14),
    added=st.lists(_STEPS, max_size=4),
    limit=st.integers(1, 6),
)
async def test_pages_hold_their_place(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[asyncpg.Record]",
    steps: list[Step],
    added: list[Step],
    limit: int,
) -> None:
    """What was there at the start is shown exactly once and in order, while rows are added in between."""
    chronicle = await _chronicle(practice, resources, superuser)
    for step in steps:
        await chronicle.write(step)
    first = len(chronicle.told)
    shown, _ = await _pages(practice, chronicle.client_id, limit, [(chronicle, step) for step in added])
    # What was added behind the reader's place is shown too; the rest must be there, once, and in order.
    old, every = _ordered(chronicle.told[:first]), _ordered(chronicle.told)
    left = iter(shown)
    assert all(any(_shown([item]) == _shown([seen]) for seen in left) for item in old)
    rows = [item for item in shown if item[0] not in {"plan_updated", "session_amended"}]
    assert len(rows) == len(set(rows))
    left_over = iter(_shown(every))
    assert all(any(item == other for other in left_over) for item in _shown(shown))
