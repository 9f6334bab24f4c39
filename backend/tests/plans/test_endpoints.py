"""Plans of care at the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.plans.plan_days import slug, today
from tests.support.practice import Practice

CONTENT: dict[str, Any] = {
    "title": "שיקום כתף · Shoulder", "diagnosis": "קרע חלקי ב־supraspinatus", "goals": "לשחות שוב 🏊",
    "frequency": "פעמיים בשבוע", "start_date": "2026-03-01", "end_date": "2026-06-01",
    "planned_sessions": 12, "review_date": "2026-04-15",
}  # fmt: skip


async def test_a_plan_comes_back_as_it_was_sent(practice: Practice) -> None:
    """Every field is kept as sent, and the rest has its beginning."""
    client = (await practice.make_client())["id"]
    made = await practice.make_plan(client, **CONTENT)
    assert {name: made[name] for name in CONTENT} == CONTENT
    fresh = {
        "client_id": client, "status": "active", "version": 1, "milestones_total": 0, "milestones_achieved": 0,
        "sessions_done": 0, "completed_at": None, "discontinued_at": None, "archived_at": None,
    }  # fmt: skip
    assert {name: made[name] for name in fresh} == fresh
    answer = await practice.get(f"/plans/{made['id']}")
    assert (answer.json(), answer.headers["ETag"]) == (made, '"1"')


async def test_a_plan_starts_today_in_the_practices_zone(practice: Practice) -> None:
    """Without a start_date it is the practice's today, also where that is another day than in UTC."""
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        await practice.put("/workspace", {"timezone": zone})
        assert (await practice.make_plan())["start_date"] == today(zone)


async def test_a_client_has_several_active_plans(practice: Practice) -> None:
    """Plans of one client do not exclude each other; they are listed newest first."""
    client = (await practice.make_client())["id"]
    made = [(await practice.make_plan(client))["id"] for _ in range(3)]
    await practice.make_plan()
    page = (await practice.get("/plans", params={"client_id": client})).json()
    assert ([item["id"] for item in page["items"]], page["total"]) == (made[::-1], 3)


async def test_an_archived_client_gets_no_plan(practice: Practice) -> None:
    """409 client-archived, and 404 for nobody's client."""
    client = (await practice.make_client())["id"]
    await practice.delete(f"/clients/{client}")
    body = {"client_id": client, "title": "x"}
    assert slug(await practice.post("/plans", body)) == (409, "client-archived")
    body["client_id"] = (await practice.make_plan())["id"]
    assert slug(await practice.post("/plans", body)) == (404, "not-found")


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""}, {"title": None}, {"title": "a\nb"}, {"planned_sessions": 0}, {"planned_sessions": "3"},
        {"planned_sessions": True}, {"start_date": "1899-12-31"}, {"end_date": "2201-01-01"},
        {"review_date": "tomorrow"}, {"status": "archived"}, {"milestones_total": 3}, {"client_id": "x"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_wrong_field_is_refused(practice: Practice, body: dict[str, Any]) -> None:
    """422 that points to the field, and nothing is changed."""
    plan = await practice.make_plan(**CONTENT)
    answer = await practice.put(f"/plans/{plan['id']}", {"goals": "other", **body})
    assert slug(answer) == (422, "invalid-input")
    assert (await practice.get(f"/plans/{plan['id']}")).json() == plan


@pytest.mark.parametrize(
    "body",
    [
        {"end_date": "2026-02-28"}, {"start_date": "2026-06-02"},
        {"start_date": "2027-01-02", "end_date": "2027-01-01"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_plan_does_not_end_before_it_starts(practice: Practice, body: dict[str, str]) -> None:
    """Either date is held against the stored other one, and nothing is changed, revised or recorded."""
    plan = await practice.make_plan(**CONTENT)
    answer = await practice.put(f"/plans/{plan['id']}", {"goals": "other", **body})
    assert slug(answer) == (422, "plan-ends-before-start")
    assert (await practice.get(f"/plans/{plan['id']}")).json() == plan
    assert (await practice.get(f"/plans/{plan['id']}/revisions")).json()["total"] == 0


async def test_a_plan_is_not_made_to_end_before_it_starts(practice: Practice) -> None:
    """The same when it is made; a plan of one day is fine."""
    client = (await practice.make_client())["id"]
    body = {"client_id": client, "title": "x", "start_date": "2026-03-02", "end_date": "2026-03-01"}
    assert slug(await practice.post("/plans", body)) == (422, "plan-ends-before-start")
    assert (await practice.make_plan(client, start_date="2026-03-02", end_date="2026-03-02"))["version"] == 1


async def test_a_null_clears_and_a_missing_field_stays(practice: Practice) -> None:
    """PUT is partial."""
    plan = await practice.make_plan(**CONTENT)
    changed = await practice.put(f"/plans/{plan['id']}", {"end_date": None, "diagnosis": None})
    expected = plan | {"end_date": None, "diagnosis": None, "version": 2}
    assert changed.json() == expected | {"updated_at": changed.json()["updated_at"]}
    assert changed.headers["ETag"] == '"2"'


@pytest.mark.parametrize("first", ["completed", "discontinued"])
async def test_a_plan_is_closed_and_reopened(practice: Practice, first: str) -> None:
    """Closing sets its moment, reopening clears it and keeps the closed state as a revision."""
    plan = await practice.make_plan(**CONTENT)
    path, moment = f"/plans/{plan['id']}", f"{first}_at"
    closed = (await practice.put(path, {"status": first})).json()
    assert (closed["status"], closed[moment] is None) == (first, False)
    reopened = (await practice.put(path, {"status": "active"})).json()
    assert [reopened[name] for name in ("status", "completed_at", "discontinued_at")] == [
        "active",
        None,
        None,
    ]
    (kept,) = (await practice.get(f"{path}/revisions")).json()["items"]
    assert (kept["status"], kept[moment], kept["plan_version"]) == (first, closed[moment], 2)


@pytest.mark.parametrize(
    ("first", "then"), [("completed", "discontinued"), ("discontinued", "completed")], ids=str
)
async def test_a_closed_plan_is_not_closed_otherwise(practice: Practice, first: str, then: str) -> None:
    """From one closed state to the other leads only a reopening; nothing is changed."""
    plan = await practice.make_plan(**CONTENT)
    path = f"/plans/{plan['id']}"
    closed = (await practice.put(path, {"status": first})).json()
    answer = await practice.put(path, {"status": then, "goals": "other"})
    assert slug(answer) == (409, "invalid-status-transition")
    assert (await practice.get(path)).json() == closed
    assert (await practice.get(f"{path}/revisions")).json()["total"] == 0


async def test_an_edit_that_changes_nothing_leaves_no_trace(practice: Practice) -> None:
    """The same values again raise no version and make no revision."""
    plan = await practice.make_plan(**CONTENT)
    path = f"/plans/{plan['id']}"
    for body in ({}, CONTENT, {"status": "active"}, {"goals": CONTENT["goals"]}):
        assert (await practice.put(path, body)).json() == plan
    assert (await practice.get(f"{path}/revisions")).json()["total"] == 0


async def test_earlier_goals_stay_readable(practice: Practice) -> None:
    """Each edit keeps what the plan said before, who changed it, and which version that was."""
    plan = await practice.make_plan(**CONTENT)
    path = f"/plans/{plan['id']}"
    for goals in ("לרוץ", "לרכוב", "לנוח"):
        await practice.put(path, {"goals": goals})
    page = (await practice.get(f"{path}/revisions")).json()
    told = [(item["goals"], item["plan_version"], item["changed_by"]) for item in page["items"]]
    user = str(practice.user_id)
    assert told == [("לרכוב", 3, user), ("לרוץ", 2, user), (CONTENT["goals"], 1, user)]
    assert {name: page["items"][2][name] for name in CONTENT} == CONTENT
    rest = await practice.get(f"{path}/revisions", params={"limit": 2})
    after = {"cursor": rest.json()["next_cursor"]}
    assert (await practice.get(f"{path}/revisions", params=after)).json()["items"] == page["items"][2:]


async def test_closing_a_plan_is_no_revision(practice: Practice) -> None:
    """Nothing it said is overwritten; an edit in the same request is one."""
    plan = await practice.make_plan()
    path = f"/plans/{plan['id']}"
    await practice.put(path, {"status": "completed"})
    assert (await practice.get(f"{path}/revisions")).json()["total"] == 0
    await practice.put(path, {"status": "active", "goals": "x"})
    await practice.put(path, {"status": "discontinued", "goals": "y"})
    assert (await practice.get(f"{path}/revisions")).json()["total"] == 2


@pytest.mark.parametrize("body", [{"goals": "x"}, {}], ids=["an edit", "no edit"])
async def test_a_stale_version_changes_nothing(practice: Practice, body: dict[str, str]) -> None:
    """412 for an If-Match that is not the version any more, also when there is nothing to change."""
    plan = await practice.make_plan()
    path = f"/plans/{plan['id']}"
    kept = (await practice.put(path, {"goals": "kept"}, headers={"If-Match": '"1"'})).json()
    assert kept["version"] == 2
    assert slug(await practice.put(path, body, headers={"If-Match": '"1"'})) == (412, "stale-version")
    assert slug(await practice.delete(path, headers={"If-Match": '"1"'})) == (412, "stale-version")
    assert (await practice.get(path)).json() == kept


async def test_an_archived_plan_is_kept(practice: Practice) -> None:
    """It leaves the list, is listed among the archived, stays readable with its revisions, and takes no change."""
    plan = await practice.make_plan(**CONTENT)
    step = await practice.make_milestone(plan["id"])
    path = f"/plans/{plan['id']}"
    await practice.put(path, {"goals": "x"})
    assert (await practice.delete(path)).status_code == 204
    totals = [(await practice.get("/plans", params=p)).json()["total"] for p in ({}, {"archived": "true"})]
    assert totals == [0, 1]
    assert (await practice.get(path)).json()["archived_at"] is not None
    assert (await practice.get(f"{path}/revisions")).json()["total"] == 1
    assert (await practice.get(f"{path}/milestones")).json()["items"] == [step]
    refused = [
        await practice.put(path, {"goals": "y"}), await practice.put(path, {}), await practice.delete(path),
        await practice.post(f"{path}/milestones", {"description": "x"}),
        await practice.put(f"{path}/milestones/{step['id']}", {"notes": "x"}),
        await practice.put(f"{path}/milestones/order", {"ids": [step["id"]]}),
        await practice.delete(f"{path}/milestones/{step['id']}"),
    ]  # fmt: skip
    assert {slug(answer) for answer in refused} == {(409, "plan-archived")}


async def test_plans_are_filtered_by_status(practice: Practice) -> None:
    """Each status shows its own."""
    made = {s: (await practice.make_plan())["id"] for s in ("active", "completed", "discontinued")}
    for status, plan_id in made.items():
        await practice.put(f"/plans/{plan_id}", {"status": status})
    for status, plan_id in made.items():
        page = (await practice.get("/plans", params={"status": status})).json()
        assert [item["id"] for item in page["items"]] == [plan_id]


async def test_a_review_is_due_from_its_day_on(practice: Practice) -> None:
    """Due are active plans whose review_date is today or past in the practice's zone."""
    await practice.put("/workspace", {"timezone": "Pacific/Kiritimati"})
    day = datetime.fromisoformat(today("Pacific/Kiritimati"))
    dates = {
        name: (day + timedelta(days=n)).date().isoformat()
        for n, name in ((-1, "past"), (0, "now"), (1, "soon"))
    }
    made = {name: (await practice.make_plan(review_date=date))["id"] for name, date in dates.items()}
    made["never"] = (await practice.make_plan())["id"]
    closed = (await practice.make_plan(review_date=dates["past"]))["id"]
    await practice.put(f"/plans/{closed}", {"status": "completed"})
    gone = (await practice.make_plan(review_date=dates["past"]))["id"]
    await practice.delete(f"/plans/{gone}")
    due = (await practice.get("/plans", params={"review_due": "true"})).json()
    assert [item["id"] for item in due["items"]] == [made["now"], made["past"]]
    others = (await practice.get("/plans", params={"review_due": "false"})).json()
    assert {item["id"] for item in others["items"]} == {made["soon"], made["never"], closed}


async def test_progress_counts_finalized_notes_of_the_plans_days(practice: Practice) -> None:
    """From start_date to end_date in the practice's zone; drafts, other days and other clients do not count."""
    client = (await practice.make_client())["id"]
    plan = await practice.make_plan(
        client, start_date="2026-05-10", end_date="2026-05-12", planned_sessions=3
    )
    starts = {  # Jerusalem is three hours ahead of UTC in May
        "2026-05-09T20:59:00Z": False, "2026-05-09T21:00:00Z": True, "2026-05-11T09:00:00Z": True,
        "2026-05-12T20:59:00Z": True, "2026-05-12T21:01:00Z": False,
    }  # fmt: skip
    for n, start in enumerate(starts):
        end = (datetime.fromisoformat(start) + timedelta(seconds=60)).isoformat()
        booked = await practice.make_appointment(client, scheduled_start=start, scheduled_end=end)
        note = await practice.make_session(booked["id"], plan=str(n))
        await practice.patch(f"/sessions/{note['id']}/finalize")
    await practice.make_session(
        (
            await practice.make_appointment(
                client, scheduled_start="2026-05-11T11:00:00Z", scheduled_end="2026-05-11T12:00:00Z"
            )
        )["id"],
        plan="a draft",
    )
    shown = (await practice.get(f"/plans/{plan['id']}")).json()
    assert (shown["sessions_done"], shown["planned_sessions"]) == (3, 3)
    widened = await practice.put(f"/plans/{plan['id']}", {"start_date": "2026-05-09", "end_date": None})
    assert widened.json()["sessions_done"] == 5
    (listed,) = (await practice.get("/plans")).json()["items"]
    assert listed == widened.json()


async def test_a_closed_plan_counts_until_it_was_closed(practice: Practice) -> None:
    """A note of a later day is no progress of it; reopened, it is."""
    client = (await practice.make_client())["id"]
    plan = await practice.make_plan(client, start_date="2026-01-01")
    await practice.put(f"/plans/{plan['id']}", {"status": "completed"})
    start = datetime.now(UTC) + timedelta(seconds=1)
    times = {"scheduled_start": start.isoformat(), "scheduled_end": (start + timedelta(hours=1)).isoformat()}
    note = await practice.make_session((await practice.make_appointment(client, **times))["id"], plan="x")
    await practice.patch(f"/sessions/{note['id']}/finalize")
    assert (await practice.get(f"/plans/{plan['id']}")).json()["sessions_done"] == 0
