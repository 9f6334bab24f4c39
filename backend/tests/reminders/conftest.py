"""The scheduler and the delivery see all workspaces: each test begins with nothing left by another."""

from typing import Any

import asyncpg
import pytest

from pazpaz.core.process.resources import Resources
from pazpaz.reminders import jobs
from tests.reminders.coming import due, rule
from tests.support.practice import Practice


@pytest.fixture(autouse=True)
async def nothing_else_due(superuser: "asyncpg.Connection[Any]") -> None:
    """No rule of another test is active, and no reminder of one is pending, or sent of what was cancelled then."""
    await superuser.execute("UPDATE reminder_configurations SET is_active = false")
    await superuser.execute(
        "UPDATE reminder_logs SET status = 'skipped', reason = 'cancelled', handed_over_at = NULL"
        " WHERE status IN ('pending', 'sent') OR handed_over_at IS NOT NULL"
    )
    await superuser.execute("UPDATE reminder_scheduler SET passed_at = now()")


@pytest.fixture
async def waiting(practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]") -> Practice:
    """A practice with one reminder that is due."""
    await rule(practice)
    await due(practice, superuser)
    await jobs.schedule(resources)
    return practice
