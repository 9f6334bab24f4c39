"""People who sign in."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.process.resources import Resources
from tests.accounts.mailbox import Person
from tests.support.practice import Practice, browser, join


@pytest.fixture
async def person(
    app: FastAPI, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> AsyncIterator[Person]:
    """Someone nobody knows yet."""
    async with browser(app) as http:
        yield Person(http, resources, superuser)


@pytest.fixture
async def elsewhere(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Another browser, without the first one's cookies."""
    async with browser(app) as http:
        yield http


@pytest.fixture
async def member(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """A therapist of the practice."""
    member = await join(app, practice, "therapist")
    async with member.http:
        yield member


@pytest.fixture
async def partner(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """A second owner of the practice."""
    partner = await join(app, practice, "owner")
    async with partner.http:
        yield partner
