"""Milestones at the API."""

from typing import Any

import pytest

from pazpaz.core.base.ids import new_id
from tests.plans.plan_days import slug, today
from tests.support.practice import Practice


async def steps(practice: Practice, plan_id: str) -> list[dict[str, Any]]:
    """The plan's milestones; their places are dense."""
    items: list[dict[str, Any]] = (await practice.get(f"/plans/{plan_id}/milestones")).json()["items"]
    assert [item["order_index"] for item in items] == list(range(len(items)))
    return items


@pytest.fixture
async def plan(practice: Practice) -> str:
    """A plan with three milestones: a, b, c."""
    plan_id: str = (await practice.make_plan())["id"]
    for name in "abc":
        await practice.make_milestone(plan_id, description=name)
    return plan_id


async def named(practice: Practice, plan_id: str) -> dict[str, str]:
    """The milestones' ids by description."""
    return {item["description"]: item["id"] for item in await steps(practice, plan_id)}


async def order(practice: Practice, plan_id: str) -> str:
    """The descriptions in their order."""
    return "".join(await named(practice, plan_id))


async def test_a_milestone_comes_back_as_it_was_sent(practice: Practice) -> None:
    """Every field is kept, and the rest has its beginning."""
    plan_id = (await practice.make_plan())["id"]
    body = {"description": "לעלות מדרגות 🙂\nבלי כאב", "target_date": "2026-05-01", "notes": "עם מעקה"}
    made = await practice.make_milestone(plan_id, **body)
    fresh = {
        "plan_id": plan_id, "status": "pending", "achieved_date": None, "order_index": 0, "version": 1,
        "archived_at": None, **body,
    }  # fmt: skip
    assert {name: made[name] for name in fresh} == fresh
    answer = await practice.get(f"/plans/{plan_id}/milestones/{made['id']}")
    assert (answer.json(), answer.headers["ETag"]) == (made, '"1"')


@pytest.mark.parametrize(
    ("place", "expected"), [(None, "abcx"), (0, "xabc"), (2, "abxc"), (3, "abcx"), (99, "abcx")]
)
async def test_a_milestone_is_added_at_its_place(
    practice: Practice, plan: str, place: int | None, expected: str
) -> None:
    """Those behind it move on; past the end is the end."""
    values = {} if place is None else {"order_index": place}
    made = await practice.make_milestone(plan, description="x", **values)
    assert made["order_index"] == expected.index("x")
    assert await order(practice, plan) == expected


async def test_milestones_are_put_in_order(practice: Practice, plan: str) -> None:
    """The answer and the list have the new order; who did not move keeps its version."""
    ids = await named(practice, plan)
    answer = await practice.put(f"/plans/{plan}/milestones/order", {"ids": [ids[n] for n in "cba"]})
    assert answer.status_code == 200
    assert [(item["description"], item["version"]) for item in answer.json()["items"]] == [
        ("c", 2), ("b", 1), ("a", 2)
    ]  # fmt: skip
    assert answer.json()["items"] == await steps(practice, plan)


@pytest.mark.parametrize("asked", ["ab", "abb", "aabc", "abcx", "abx", "abcf", "", "abcg"])
async def test_an_order_names_each_once(practice: Practice, plan: str, asked: str) -> None:
    """Missing, twice, unknown, another plan's, or archived: 422, and nothing is changed."""
    foreign = await practice.make_milestone((await practice.make_plan())["id"])
    gone = await practice.make_milestone(plan, description="gone")
    await practice.delete(f"/plans/{plan}/milestones/{gone['id']}")
    before = await steps(practice, plan)
    ids = await named(practice, plan) | {"x": str(new_id()), "f": foreign["id"], "g": gone["id"]}
    answer = await practice.put(f"/plans/{plan}/milestones/order", {"ids": [ids[n] for n in asked]})
    assert slug(answer) == (422, "milestone-order-incomplete")
    assert await steps(practice, plan) == before


async def test_a_plan_without_milestones_has_an_empty_order(practice: Practice) -> None:
    """No ids are all of none."""
    plan_id = (await practice.make_plan())["id"]
    answer = await practice.put(f"/plans/{plan_id}/milestones/order", {"ids": []})
    assert answer.json() == {"items": [], "total": 0, "next_cursor": None}


@pytest.mark.parametrize(("name", "rest"), [("a", "bc"), ("b", "ac"), ("c", "ab")])
async def test_an_archived_milestone_leaves_no_gap(
    practice: Practice, plan: str, name: str, rest: str
) -> None:
    """Those behind it close up; it is kept, without a place, and listed among the archived."""
    path = f"/plans/{plan}/milestones"
    gone = (await named(practice, plan))[name]
    assert (await practice.delete(f"{path}/{gone}")).status_code == 204
    assert await order(practice, plan) == rest
    kept = (await practice.get(f"{path}/{gone}")).json()
    assert (kept["order_index"], kept["archived_at"] is None) == (None, False)
    assert (await practice.get(path, params={"archived": "true"})).json()["items"] == [kept]
    refused = [await practice.delete(f"{path}/{gone}"), await practice.put(f"{path}/{gone}", {"notes": "x"})]
    assert {slug(answer) for answer in refused} == {(409, "milestone-archived")}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_milestone_is_found_under_its_plan_only(practice: Practice, plan: str, method: str) -> None:
    """Another plan's milestone is a 404, and stays as it was."""
    other = (await practice.make_plan())["id"]
    before = await steps(practice, plan)
    body = {"notes": "x"} if method == "PUT" else None
    answer = await practice.request(method, f"/plans/{other}/milestones/{before[0]['id']}", json=body)
    assert slug(answer) == (404, "not-found")
    assert await steps(practice, plan) == before


@pytest.mark.parametrize("path", ["", "/order", "s"])
async def test_an_unknown_plan_has_no_milestones(practice: Practice, path: str) -> None:
    """404 for its list, for a new one and for their order."""
    base = f"/plans/{new_id()}/milestones"
    answers = {
        "": await practice.get(base),
        "/order": await practice.put(f"{base}/order", {"ids": []}),
        "s": await practice.post(base, {"description": "x"}),
    }
    assert slug(answers[path]) == (404, "not-found")


async def test_achieving_sets_today_and_leaving_clears_it(practice: Practice, plan: str) -> None:
    """The day is the practice's; any other status clears it; a given day is kept."""
    path = f"/plans/{plan}/milestones/{(await named(practice, plan))['a']}"
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        await practice.put("/workspace", {"timezone": zone})
        achieved = (await practice.put(path, {"status": "achieved"})).json()
        assert (achieved["status"], achieved["achieved_date"]) == ("achieved", today(zone))
        left = (await practice.put(path, {"status": "in_progress"})).json()
        assert left["achieved_date"] is None
    dated = await practice.put(path, {"status": "achieved", "achieved_date": "2026-02-03"})
    assert dated.json()["achieved_date"] == "2026-02-03"
    moved = await practice.put(path, {"achieved_date": "2026-02-04"})
    assert moved.json()["achieved_date"] == "2026-02-04"
    kept = await practice.put(path, {"status": "achieved", "notes": "x"})
    assert kept.json()["achieved_date"] == "2026-02-04"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("pending", {"achieved_date": "2026-02-03"}),
        ("pending", {"status": "discontinued", "achieved_date": "2026-02-03"}),
        ("achieved", {"status": "pending", "achieved_date": "2026-02-03"}),
        ("achieved", {"achieved_date": None}),
    ],
    ids=str,
)
async def test_a_day_that_contradicts_the_status_is_refused(
    practice: Practice, plan: str, status: str, body: dict[str, Any]
) -> None:
    """An achieved milestone has a day, any other has none; nothing is changed."""
    path = f"/plans/{plan}/milestones/{(await named(practice, plan))['a']}"
    await practice.put(path, {"status": status})
    before = (await practice.get(path)).json()
    answer = await practice.put(path, {"notes": "x", **body})
    assert slug(answer) == (422, "achieved-date-contradicts")
    assert (await practice.get(path)).json() == before


async def test_a_milestone_may_begin_achieved(practice: Practice, plan: str) -> None:
    """One that is made later than it was reached; without a day it is today."""
    dated = await practice.make_milestone(plan, status="achieved", achieved_date="2026-02-03")
    undated = await practice.make_milestone(plan, status="achieved")
    assert [dated["achieved_date"], undated["achieved_date"]] == ["2026-02-03", today()]
    body = {"description": "x", "achieved_date": "2026-02-03"}
    answer = await practice.post(f"/plans/{plan}/milestones", body)
    assert slug(answer) == (422, "achieved-date-contradicts")
    assert len(await steps(practice, plan)) == 5


@pytest.mark.parametrize(
    "body", [{"description": ""}, {"description": None}, {"order_index": 1}, {"status": "archived"}], ids=str
)
async def test_a_wrong_field_is_refused(practice: Practice, plan: str, body: dict[str, Any]) -> None:
    """422, and nothing is changed; a place is given when it is made, or by the order."""
    before = (await steps(practice, plan))[0]
    path = f"/plans/{plan}/milestones/{before['id']}"
    assert slug(await practice.put(path, {"notes": "x", **body})) == (422, "invalid-input")
    assert (await practice.get(path)).json() == before


async def test_an_edit_that_changes_nothing_leaves_the_version(practice: Practice, plan: str) -> None:
    """The same values again are a read; a stale If-Match is a 412 all the same."""
    item = (await steps(practice, plan))[0]
    path = f"/plans/{plan}/milestones/{item['id']}"
    for body in ({}, {"description": item["description"], "status": "pending"}):
        assert (await practice.put(path, body)).json() == item
    answers = [
        await practice.put(path, {}, headers={"If-Match": '"7"'}),
        await practice.put(path, {"notes": "x"}, headers={"If-Match": '"7"'}),
        await practice.delete(path, headers={"If-Match": '"7"'}),
    ]
    assert {slug(answer) for answer in answers} == {(412, "stale-version")}
    assert (await practice.get(path)).json() == item


async def test_a_plan_counts_its_milestones(practice: Practice, plan: str) -> None:
    """All that are not archived, and the achieved among them, by id and in the list."""
    ids = await named(practice, plan)
    for name in "ab":
        await practice.put(f"/plans/{plan}/milestones/{ids[name]}", {"status": "achieved"})
    counted = []
    for name in ("", "a", "c"):
        if name:
            await practice.delete(f"/plans/{plan}/milestones/{ids[name]}")
        shown = (await practice.get(f"/plans/{plan}")).json()
        (listed,) = (await practice.get("/plans")).json()["items"]
        assert listed == shown
        counted.append((shown["milestones_total"], shown["milestones_achieved"]))
    assert counted == [(3, 2), (2, 1), (1, 1)]


async def test_120_milestones_are_paged_in_their_order(practice: Practice) -> None:
    """All pages together show each milestone once, in order."""
    plan_id = (await practice.make_plan())["id"]
    made = [(await practice.make_milestone(plan_id, order_index=0))["id"] for _ in range(120)]
    shown: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await practice.get(f"/plans/{plan_id}/milestones", params={"limit": 50, **cursor})
        page = answer.json()
        assert page["total"] == 120
        shown += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert shown == made[::-1]
    listed = await practice.get("/plans")
    foreign = {"cursor": answer.request.url.params["cursor"]}
    assert listed.status_code == 200
    assert (await practice.get("/plans", params=foreign)).status_code == 422
