"""Rules of plans and milestones that need only the row."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.plans.errors import AchievedDateContradicts, InvalidStatusTransition
from pazpaz.plans.models import MilestoneStatus, Plan, PlanStatus, achievement

AT = datetime(2026, 3, 1, tzinfo=UTC)
DAY, TODAY = date(2026, 2, 3), date(2026, 3, 1)


def plan(**values: Any) -> Plan:
    fields: dict[str, Any] = dict.fromkeys(Plan.__dataclass_fields__)
    return Plan(**(fields | {"id": new_id(), "title": "x", "status": PlanStatus.ACTIVE} | values))


@pytest.mark.parametrize("old", PlanStatus)
@pytest.mark.parametrize("new", PlanStatus)
def test_a_plan_moves_through_active(old: PlanStatus, new: PlanStatus) -> None:
    """Every pair of states: the same is no change, active leads to and from either closed one, no other does."""
    row = plan(status=old)
    if old is new:
        assert row.move_to(new, AT) == {}
    elif PlanStatus.ACTIVE in (old, new):
        changes = row.move_to(new, AT)
        moments = (changes["completed_at"], changes["discontinued_at"])
        assert changes["status"] is new
        assert moments == (
            AT if new is PlanStatus.COMPLETED else None, AT if new is PlanStatus.DISCONTINUED else None
        )  # fmt: skip
    else:
        with pytest.raises(InvalidStatusTransition):
            row.move_to(new, AT)


def test_an_edit_is_what_differs() -> None:
    """Equal values are no change."""
    assert plan(goals="a").edit({"goals": "a", "title": "y", "status": PlanStatus.ACTIVE}, AT) == {
        "title": "y"
    }


@pytest.mark.parametrize(
    ("changes", "revised"),
    [
        ({"goals": None}, True), ({"review_date": DAY}, True), ({"status": PlanStatus.ACTIVE}, True),
        ({"status": PlanStatus.COMPLETED, "completed_at": AT}, False), ({}, False),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_overwritten_is_revised(changes: dict[str, Any], revised: bool) -> None:
    """Whatever the plan said, and that it was closed; closing it overwrites nothing."""
    assert plan().is_revised_by(changes) is revised


@pytest.mark.parametrize(
    ("status", "achieved", "asked", "expected"),
    [
        ("pending", None, {}, {"achieved_date": None}),
        ("pending", None, {"status": MilestoneStatus.ACHIEVED}, {"achieved_date": TODAY}),
        (
            "pending",
            None,
            {"status": MilestoneStatus.ACHIEVED, "achieved_date": None},
            {"achieved_date": TODAY},
        ),
        ("pending", None, {"status": MilestoneStatus.ACHIEVED, "achieved_date": DAY}, {"achieved_date": DAY}),
        ("achieved", DAY, {"status": MilestoneStatus.ACHIEVED}, {}),
        ("achieved", DAY, {"status": MilestoneStatus.PENDING}, {"achieved_date": None}),
        ("achieved", DAY, {"achieved_date": None}, None),
        ("pending", None, {"achieved_date": DAY}, None),
        ("achieved", DAY, {"status": MilestoneStatus.DISCONTINUED, "achieved_date": DAY}, None),
    ],
    ids=str,
)
def test_the_day_goes_with_the_status(
    status: str, achieved: date | None, asked: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    """Given, kept, today, or none; a contradiction is refused."""
    if expected is None:
        with pytest.raises(AchievedDateContradicts):
            achievement(asked, MilestoneStatus(status), achieved, TODAY)
    else:
        assert achievement(asked, MilestoneStatus(status), achieved, TODAY) == expected
