"""What plans tell the guards."""

from collections.abc import Iterator

from tests.support.case import CLINICIANS, Call, Case, Ids, Shelf, Step, Try

PLAN = "plan, archived plan"
MILESTONE = ("plan", "milestone, archived milestone")


def _foreign_order(ids: Ids) -> Iterator[Try]:
    """Another's milestone in one's own plan."""
    own = Call("PUT", f"/plans/{ids['own plan']}/milestones/order", {"ids": [ids["milestone"]]})
    yield Try(own, 422)


CASES = (
    Case(
        "POST /plans", CLINICIANS, "plan.create", "client, archived client",
        body=lambda i: {"client_id": i["client"], "title": "x"},
        statements=3,  # the client is looked at, and what day it is
    ),
    Case(
        "GET /plans", CLINICIANS, "plan.list", params={"limit": "100"},
        filters="client_id=client, client_id=archived client, therapist_id=user",
    ),
    Case("GET /plans/{plan_id}", CLINICIANS, "plan.read", PLAN),
    Case(
        "PUT /plans/{plan_id}", CLINICIANS, "plan.update", PLAN, body={"goals": "x"},
        statements=3,  # it is held, and its revision kept
    ),
    Case("DELETE /plans/{plan_id}", CLINICIANS, "plan.archive", PLAN),
    Case("POST /plans/{plan_id}/restore", CLINICIANS, "plan.restore", "archived plan, plan"),
    Case(
        "GET /plans/{plan_id}/revisions", CLINICIANS, "plan_revision.list", PLAN,
        statements=2,  # the plan is looked at first
    ),
    Case(
        "POST /plans/{plan_id}/milestones", CLINICIANS, "milestone.create", PLAN, body={"description": "x"},
        statements=3,  # the plan is held, and the order looked at
    ),
    Case(
        "GET /plans/{plan_id}/milestones", CLINICIANS, "milestone.list", PLAN,
        statements=2,  # the plan is looked at first
    ),
    Case(
        "PUT /plans/{plan_id}/milestones/order", CLINICIANS, "plan.reorder", "plan",
        body=lambda i: {"ids": [i["milestone"]]}, further=_foreign_order,
        statements=4,  # the plan is held, the order looked at and set, and all of them answered
    ),
    Case("GET /plans/{plan_id}/milestones/{milestone_id}", CLINICIANS, "milestone.read", MILESTONE),
    Case(
        "PUT /plans/{plan_id}/milestones/{milestone_id}", CLINICIANS, "milestone.update", MILESTONE,
        body={"notes": "x"}, statements=3,  # the plan is held, and it is looked at
    ),
    Case(
        "DELETE /plans/{plan_id}/milestones/{milestone_id}", CLINICIANS, "milestone.archive", MILESTONE,
        statements=5,  # the same, the change, the rest closes up
    ),
    Case(
        "POST /plans/{plan_id}/milestones/{milestone_id}/restore", CLINICIANS, "milestone.restore",
        ("plan", "archived milestone, milestone"), statements=4,  # the plan is held, it and the order looked at
    ),
)  # fmt: skip


async def _plans(shelf: Shelf) -> dict[str, str]:
    """Two plans, the second archived, and two achieved milestones of the first, the second archived."""
    practice, names = shelf.practice, ("title", "diagnosis", "goals", "frequency")
    earlier = shelf.of("plan_revisions", *names)
    plans = [(await practice.make_plan(shelf.ids["client"], **earlier))["id"] for _ in range(2)]
    said = {**shelf.of("milestones", "description", "notes"), "status": "achieved"}
    steps = [(await practice.make_milestone(plans[0], **said))["id"] for _ in range(2)]
    changed = await practice.put(f"/plans/{plans[0]}", shelf.of("plans", *names))
    assert changed.status_code == 200, changed.text
    await practice.delete(f"/plans/{plans[0]}/milestones/{steps[1]}")
    await practice.delete(f"/plans/{plans[1]}")
    return {
        "plan": plans[0], "archived plan": plans[1], "milestone": steps[0], "archived milestone": steps[1],
    }  # fmt: skip


STEPS = (Step("plan, archived plan, milestone, archived milestone", _plans, "client"),)
