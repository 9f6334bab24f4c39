"""People with a browser, in practices that ask for a second factor and in others."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.process.resources import Resources
from pazpaz.main import create_app
from tests.factors.holders import Holder
from tests.support.practice import browser


@pytest.fixture(scope="module")
async def strict(settings: Settings) -> AsyncIterator[FastAPI]:
    """An application outside of the embedded mode, as far as second factors go."""
    app = create_app(settings.model_copy(update={"require_second_factor": True}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def dana(
    app: FastAPI, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> AsyncIterator[Holder]:
    """An owner who signed in by mail, where nobody asks for a second factor."""
    async with browser(app) as http:
        holder = Holder(http, resources, superuser)
        await holder.signed_up()
        yield holder


@pytest.fixture
async def strict_dana(
    strict: FastAPI, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> AsyncIterator[Holder]:
    """An owner who signed in by mail, where everybody needs a second factor."""
    async with browser(strict) as http:
        holder = Holder(http, strict.state.resources, superuser)
        await holder.signed_up()
        yield holder
