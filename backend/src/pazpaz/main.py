"""The HTTP application: settings, the core, and the features' routers."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from pazpaz import __version__
from pazpaz.accounts.service import authenticate
from pazpaz.core.base import logging
from pazpaz.core.base.config import Settings
from pazpaz.core.http import arrivals, description, health, problems
from pazpaz.core.http.actors import Actors
from pazpaz.core.http.dispatch import Table
from pazpaz.core.http.edge import Edge
from pazpaz.core.http.pages import page
from pazpaz.core.http.reference import reference
from pazpaz.core.process import resources
from pazpaz.embedded import endpoints as embedded
from pazpaz.features import EXPORTED, FEATURES, load_settings

_YOUNG_OBJECTS = 50_000


def create_app(settings: Settings | None = None, *, is_alone: bool = False) -> FastAPI:
    """Return the application; it connects when it starts. Alone in its process, it tunes the collector of garbage."""
    settings = settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with resources.opened(settings, name="pazpaz-api") as opened:
            app.state.resources = opened
            if is_alone:
                _quiet_collector()
            preparing = asyncio.create_task(opened.storage.keep_trying())
            yield
            preparing.cancel()

    docs = settings.serves_docs
    app = FastAPI(
        title="PazPaz",
        version=__version__,
        summary="Practice management for independent therapists.",
        license_info={"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        lifespan=lifespan,
        docs_url=None,  # the framework's loads its script from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        openapi_url="/openapi.json" if docs else None,
        middleware=[Middleware(Edge, settings=settings)],
    )
    app.state.actors = Actors(authenticate)
    app.state.exported = EXPORTED
    problems.install(app)
    app.include_router(health.router)
    app.include_router(arrivals.router)
    for feature in FEATURES:
        for router in (*feature.pages, *feature.routers):
            app.router.routes.extend(router.routes)
    app.state.table = Table(app.router.routes)
    description.install(app)
    if docs:
        _serve_reference(app)
    if settings.embedded and settings.mail_catcher_dir is not None:
        app.include_router(embedded.router)
    return app


def describe() -> dict[str, Any]:
    """Return the OpenAPI description; it depends on no setting."""
    return create_app(
        Settings.model_construct(_fields_set=set(), embedded=False, docs=False, public_url="")
    ).openapi()


def _serve_reference(app: FastAPI) -> None:
    """Serve the description as a page, made when it is first asked for."""

    @cache
    def made() -> str:
        return reference(app.openapi())

    async def docs(_request: Request) -> Response:
        return page(await asyncio.to_thread(made))

    # FastAPI remembers each endpoint it declares as long as the process lives, and this one holds its application.
    app.add_route("/docs", docs, include_in_schema=False)


def _quiet_collector() -> None:
    """Keep the collector off what is loaded by now: it lives as long as the process (p99 fell four-fold)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 50, 50)


def served() -> FastAPI:
    """For `uvicorn pazpaz.main:served --factory`."""
    settings = load_settings()
    logging.configure()
    return create_app(settings, is_alone=True)
