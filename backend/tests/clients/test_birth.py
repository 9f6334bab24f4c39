"""A date of birth lies between 1900 and today, which is the practice's day.

Seen: years typed with two digits too many or a digit short (imports of spreadsheets, 2023), and children born today.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.core.problem import problem_of
from tests.support.practice import Practice

CASES = (
    ("0984-03-01", 422),
    ("1899-12-31", 422),
    ("1900-01-01", 201),
    ("2024-02-29", 201),
    ("2199-01-01", 422),
)


@pytest.mark.parametrize(("born", "status"), CASES)
async def test_it_lies_within_a_life(practice: Practice, born: str, status: int) -> None:
    """As added and as changed; what is refused names the field."""
    body = {"first_name": "A", "last_name": "B", "date_of_birth": born}
    added = await practice.post("/clients", body)
    assert added.status_code == status
    path = f"/clients/{(await practice.make_client())['id']}"
    changed = await practice.put(path, {"date_of_birth": born})
    assert changed.is_success is (status == 201)
    for answer in (added, changed) if status == 422 else ():
        assert [error["pointer"] for error in problem_of(answer, 422)["errors"]] == ["/date_of_birth"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Jerusalem"])
async def test_today_is_the_practices(practice: Practice, zone: str) -> None:
    """Born today is fine where the practice is, tomorrow is not."""
    await practice.put("/workspace", {"timezone": zone})
    path = f"/clients/{(await practice.make_client())['id']}"
    before = datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    answers = [
        await practice.put(path, {"date_of_birth": (before + timedelta(days=days)).isoformat()})
        for days in (0, 2)
    ]
    assert [answer.status_code for answer in answers] == [200, 422]
