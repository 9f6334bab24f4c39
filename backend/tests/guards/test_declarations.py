"""A route whose decisions are missing or contradict each other does not start."""

from typing import Any
from uuid import UUID

import pytest
from starlette.responses import PlainTextResponse, Response

from pazpaz.core.base.errors import NotFound, Problem, StaleVersion
from pazpaz.core.http.deps import CurrentDb, IfMatch
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import EdgeRoute, router
from pazpaz.core.process.ratelimit import Limit


async def _endpoint() -> None:
    """Decide nothing."""


def test_a_route_without_a_policy_does_not_start() -> None:
    """The route is named, and what it lacks."""
    with pytest.raises(TypeError, match=r"\['GET'\] /api/v1/undecided: say who .*@policy\(roles=, audit="):
        router("test").get("/undecided")(_endpoint)


@pytest.mark.parametrize("part", ["roles", "audit"])
def test_a_policy_without_a_part_does_not_start(part: str) -> None:
    """These have no defaults: the part that is missing is named."""
    parts: dict[str, Any] = {"roles": ("owner",), "audit": ("client.read",)}
    del parts[part]
    with pytest.raises(TypeError, match=f"policy.* missing .*'{part}'"):
        policy(**parts)(_endpoint)


@pytest.mark.parametrize(
    ("roles", "limit"), [((), Limit.READ), ((), Limit.WRITE), (("owner",), Limit.PUBLIC)]
)
def test_roles_and_limit_agree(roles: tuple[str, ...], limit: Limit) -> None:
    """A signed-in route without roles, and a public one with some, are neither."""
    with pytest.raises(TypeError, match="a public route has no roles, and every other has some"):
        policy(roles=roles, limit=limit, audit=())


def test_a_file_is_handed_out_by_declaration() -> None:
    """A route that answers with a file and does not say so would let other sites start it."""

    async def endpoint(db: CurrentDb) -> Response:
        raise NotImplementedError

    decided = policy(roles=("owner",), audit=("client.read",))(endpoint)
    with pytest.raises(TypeError, match="what answers with a file says hands_out=True"):
        router("test").get("/file", response_class=PlainTextResponse, response_model=None)(decided)


class _Own(Problem, status=409):
    """Of one route."""


@pytest.mark.parametrize(("method", "limit"), [("GET", Limit.READ), ("PUT", Limit.WRITE)])
def test_what_follows_from_a_declaration_is_not_said_again(method: str, limit: Limit) -> None:
    """The limit follows from the method, and problems from what is taken: an id, If-Match."""

    async def endpoint(row_id: UUID, db: CurrentDb, version: IfMatch) -> None:
        raise NotImplementedError

    decided = policy(roles=("owner",), audit=("client.read",), problems=(_Own,))(endpoint)
    made = router("test")
    made.add_api_route("/rows/{row_id}", decided, methods=[method])
    (route,) = made.routes
    assert isinstance(route, EdgeRoute)
    assert route.policy.limit is limit
    assert {NotFound, StaleVersion, _Own} <= set(route.problems)
