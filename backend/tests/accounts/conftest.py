"""People who sign in."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.resources import Resources
from tests.accounts.mailbox import Person
from tests.support.practice import browser


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
