"""Every route's decisions, declared where the route is: who may ask, what is audited, how it may fail."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pazpaz.core.base.errors import Problem
from pazpaz.core.process.ratelimit import Limit

TEXTS = 1_000_000  # a body with texts of up to 20,000 characters, however they are escaped

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])


_BODY_BYTES = {Limit.READ: 0, Limit.WRITE: 64_000, Limit.OWN: 64_000, Limit.PUBLIC: 10_000}


@dataclass(frozen=True, slots=True)
class Policy:
    """What was decided for one route."""

    roles: frozenset[str]
    limit: Limit
    audit: tuple[str, ...]
    one_statement: bool
    body_bytes: int
    factor: bool
    step_up: bool
    hands_out: bool
    while_locked: bool
    ids_only: bool
    texts: Callable[[Mapping[str, Any]], int] | None
    problems: tuple[type[Problem], ...]


def policy(
    *,
    roles: Collection[str],
    audit: Collection[str],
    limit: Limit | None = None,
    one_statement: bool = False,
    body_bytes: int | None = None,
    factor: bool = True,
    step_up: bool = False,
    hands_out: bool = False,
    while_locked: bool = False,
    ids_only: bool = False,
    texts: int | Callable[[Mapping[str, Any]], int] | None = None,
    problems: Collection[type[Problem]] = (),
) -> Callable[[F], F]:
    """Decide for an endpoint; who may ask and what is audited is not decided by forgetting.

    `roles`: who may ask; none for a public route. `limit`: of a public route PUBLIC, of others READ or WRITE by
    the method, unless the route says more. `audit`: the events it may record, such as
    `session.read`; one of them at least is recorded when it succeeds, and the first names the noun that
    a refusal is recorded under. `one_statement`: a writing
    endpoint whose single statement is its own commit, which saves two round trips; the handle refuses
    it a second write, unless the first was a `change_if` that changed nothing. `body_bytes`: the most
    that a request may send; strangers 10 kB, others 64 kB, unless the route says more. `factor=False`: also
    for who has not proved the second factor that the workspace requires, which only what leads to
    proving it may be. `step_up`: only for who proved who they are within the last minutes.
    `hands_out`: it is a file or a link that leaves the application, so no other site may start it, not even by
    a link; likewise with `step_up`. `while_locked`: also for a sign-in that is locked, which only what opens or
    ends it may be, and what tells whose it is. `ids_only`: it answers with ids and versions and nothing of anybody,
    so that nothing is audited; a browser asks it by itself, which keeps no sign-in from locking. `texts`: how many
    texts of up to 20,000 characters each item of its list has, or what tells it of the arguments. `problems`: those
    of its own, beside what `routing` reads off its declaration.
    """
    if limit is not None and bool(roles) == (limit is Limit.PUBLIC):
        raise TypeError("a public route has no roles, and every other has some")
    if roles and not (audit or ids_only):
        raise TypeError("a route with roles says what is audited")

    def decided(*, reads: bool) -> Policy:
        counted = limit or (Limit.PUBLIC if not roles else Limit.READ if reads else Limit.WRITE)
        return Policy(
            frozenset(roles),
            counted,
            tuple(audit),
            one_statement,
            _BODY_BYTES[counted] if body_bytes is None else body_bytes,
            factor,
            step_up,
            hands_out or step_up,
            while_locked,
            ids_only,
            (lambda _: texts) if isinstance(texts, int) else texts,
            tuple(problems),
        )

    def mark(endpoint: F) -> F:
        endpoint.policy = decided  # type: ignore[attr-defined]
        return endpoint

    return mark


def policy_of(endpoint: Callable[..., Any], where: str, *, reads: bool) -> Policy:
    """Return the endpoint's decisions on a method that only reads, or on one that writes; TypeError for none."""
    found = getattr(endpoint, "policy", None)
    if found is None:
        raise TypeError(f"{where}: say who may ask and what is audited: @policy(roles=, audit=)")
    decided: Policy = found(reads=reads)
    return decided
