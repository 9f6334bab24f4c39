"""A route whose decisions are missing or contradict each other does not start."""

from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response

from pazpaz.core.deps import CurrentDb
from pazpaz.core.policy import Limit, policy
from pazpaz.core.routing import router


async def _endpoint() -> None:
    """Decide nothing."""


def test_a_route_without_a_policy_does_not_start() -> None:
    """The route is named, and what it lacks."""
    with pytest.raises(
        TypeError, match=r"\['GET'\] /api/v1/undecided: say who .*@policy\(roles=, limit=, audit="
    ):
        router("test").get("/undecided")(_endpoint)


@pytest.mark.parametrize("part", ["roles", "limit", "audit"])
def test_a_policy_without_a_part_does_not_start(part: str) -> None:
    """There are no defaults: the part that is missing is named."""
    parts: dict[str, Any] = {"roles": ("owner",), "limit": Limit.READ, "audit": ("client.read",)}
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

    decided = policy(roles=("owner",), limit=Limit.READ, audit=("client.read",))(endpoint)
    with pytest.raises(TypeError, match="what answers with a file says hands_out=True"):
        router("test").get("/file", response_class=PlainTextResponse, response_model=None)(decided)
