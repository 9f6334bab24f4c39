"""No endpoint reaches past its handle: it depends on what `core.deps` offers, and its module holds nothing more."""

import sys
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Annotated, Any

import asyncpg
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute

from pazpaz.core.db.engine import Engine, Transaction
from pazpaz.core.db.handle import Db
from pazpaz.core.db.keys import KeyRing
from pazpaz.core.db.system import System
from pazpaz.core.http import deps
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router
from pazpaz.core.process.resources import Resources
from pazpaz.core.queue.jobs import Queue

PAST_IT = (Resources, Engine, Transaction, Queue, KeyRing, deps.resources_of, deps.actors_of, asyncpg)
# What the services say to the operator; the app's files, which tell languages and forms from the head.
OUTSIDE = {"pazpaz.core.http.health", "pazpaz.core.http.arrivals", "pazpaz.webapp.pages"}


def reaching(module: ModuleType) -> list[str]:
    """What of the process a module of endpoints holds."""
    held = [name for name, value in vars(module).items() if any(value is one for one in PAST_IT)]
    return [f"{module.__file__}: drop {name}, ask for what core.deps offers" for name in held]


def endpoints(app: FastAPI) -> list[APIRoute]:
    """Every route with an endpoint of ours."""
    return [
        route
        for route in app.routes
        if isinstance(route, APIRoute) and route.endpoint.__module__ not in OUTSIDE
    ]


async def test_endpoints_depend_on_what_is_offered(app: FastAPI) -> None:
    """No endpoint takes the request, or a dependency of its own."""
    for route in endpoints(app):
        asked = [route.dependant, *route.dependant.dependencies]
        assert route.dependant.request_param_name is None, route.endpoint
        assert {item.call for item in asked[1:]} <= deps.OFFERED, route.endpoint
        assert not any(item.dependencies for item in asked[1:]), route.endpoint


async def test_modules_of_endpoints_hold_nothing_of_the_process(app: FastAPI) -> None:
    """What would open a connection, a key or another practice is imported where no request is answered."""
    modules = {sys.modules[route.endpoint.__module__] for route in endpoints(app)}
    assert len(modules) > 10
    assert [found for module in modules for found in reaching(module)] == []


def test_what_is_offered_is_the_core_s() -> None:
    """No slice adds to what endpoints may ask for."""
    assert {provide.__module__.rpartition(".")[0] for provide in deps.OFFERED} == {"pazpaz.core.http"}


@pytest.mark.parametrize("held", PAST_IT, ids=lambda held: held.__name__)
def test_a_module_that_reaches_is_named(held: Any) -> None:
    """The guard bites."""
    module = ModuleType("pazpaz.mutant.endpoints")
    module.__file__ = "src/pazpaz/mutant/endpoints.py"
    vars(module).update(ours=held, db=Db, system=System)
    assert reaching(module) == [f"{module.__file__}: drop ours, ask for what core.deps offers"]


async def _by_its_resources(resources: Annotated[Resources, Depends(deps.resources_of)]) -> None:
    resources.system()


async def _by_its_request(request: Request) -> None:
    request.app.state.resources.system()


@pytest.mark.parametrize("endpoint", [_by_its_resources, _by_its_request])
def test_an_endpoint_that_reaches_is_refused(endpoint: Callable[..., Awaitable[None]]) -> None:
    """No route has an endpoint that takes a handle of its own: PazPaz does not start."""
    decided = policy(roles=(), audit=())(endpoint)
    with pytest.raises(TypeError, match="/mutant"):
        router("mutant").get("/mutant")(decided)
