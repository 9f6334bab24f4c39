"""A practice with one of everything, for all requests of a file that change nothing in it."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.support.guards_stock import Stocked, stock
from tests.support.practice import open_practice


@pytest.fixture(scope="module")
async def stocked(app: FastAPI) -> AsyncIterator[Stocked]:
    """Only looked at, or refused to be changed."""
    practice = await open_practice(app)
    async with practice.http:
        yield Stocked(practice, await stock(app, practice, f"stocked{new_id().hex}"))
