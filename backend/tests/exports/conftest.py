"""A practice with one of everything, to export."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.support.guards_stock import Stocked, stock
from tests.support.practice import open_practice

HOSTILE = {"first_name": "=1+1", "last_name": '"נדב", @x', "phone": "+972-50-555-0101", "notes": "a;=b\n- c"}


@pytest.fixture(scope="module")
async def stocked(app: FastAPI) -> AsyncIterator[Stocked]:
    """One of everything, and a client whose every field is hostile to a spreadsheet; only looked at."""
    practice = await open_practice(app)
    async with practice.http:
        found = await stock(app, practice, f"word{new_id().hex}")
        await practice.make_client(**HOSTILE)
        yield Stocked(practice, found)
