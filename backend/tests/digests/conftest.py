"""The pass and the delivery see all workspaces: each test begins with nothing left by another."""

from typing import Any

import asyncpg
import pytest


@pytest.fixture(autouse=True)
async def nothing_else_due(superuser: "asyncpg.Connection[Any]") -> None:
    """Nobody of another test wants a digest, and none is pending."""
    await superuser.execute("UPDATE digest_preferences SET is_active = false")
    await superuser.execute(
        "UPDATE digests SET status = 'skipped', reason = 'switched-off' WHERE status = 'pending'"
    )
