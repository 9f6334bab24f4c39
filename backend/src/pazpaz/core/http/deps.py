"""What an endpoint can ask for: the handle of the signed-in actor, the system handle, If-Match, a store, settings.

There is nothing else (`offered`): no endpoint holds the process's connections, or opens a practice that is not its own.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Header, Request

from pazpaz.core.base import clock, networks
from pazpaz.core.base.config import Settings
from pazpaz.core.base.errors import (
    CrossSiteRequest,
    InvalidInput,
    NotAuthenticated,
    Problem,
    RoleNotAllowed,
    SecondFactorRequired,
    SignInLocked,
    StepUpRequired,
)
from pazpaz.core.base.tokens import blinded, hashed, is_token
from pazpaz.core.base.turns import Threads, Turns
from pazpaz.core.db.actor import Actor, somebody
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.handle import Db
from pazpaz.core.db.keys import KeyMaker
from pazpaz.core.db.pagination import Cursor, Paging
from pazpaz.core.db.system import System
from pazpaz.core.files.storage import Storage
from pazpaz.core.http.actors import Actors
from pazpaz.core.http.cookies import cookies_of
from pazpaz.core.http.feature import Exported
from pazpaz.core.http.policy import Policy
from pazpaz.core.http.schemas import CursorText, PageSize
from pazpaz.core.process.ratelimit import Limit, Limiter, Quota
from pazpaz.core.process.resources import ActingIn, Resources
from pazpaz.sanitizing.sanitizer import Sanitizer

F = TypeVar("F", bound=Callable[..., Any])
COOKIE = "pazpaz_sign_in"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSALS = (SignInLocked, RoleNotAllowed, SecondFactorRequired, StepUpRequired)


OFFERED: set[Callable[..., Any]] = set()


def offered(provide: F) -> F:
    """Let endpoints depend on this."""
    OFFERED.add(provide)
    return provide


def _part(take: Callable[[Resources], Any]) -> Any:
    """One thing that the process holds."""

    def provide(request: Request) -> Any:
        return take(resources_of(request))

    return Depends(offered(provide))


def resources_of(request: Request) -> Resources:
    found: Resources = request.app.state.resources
    return found


def actors_of(request: Request) -> Actors:
    """Who was found lately."""
    found: Actors = request.app.state.actors
    return found


@offered
def context_of(request: Request) -> RequestContext:
    """Return the request's id and its client's network: /24 of IPv4, /48 of IPv6."""
    client = request.scope.get("client")
    return RequestContext(
        request.scope["request_id"], networks.network_of(client[0]).prefix if client else None
    )


def _presented(request: Request) -> tuple[str, bool]:
    """Return the token of the Authorization header, or of the cookie (True)."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated
        return token, False
    cookie = cookies_of(request).get(COOKIE)
    if cookie is None:
        raise NotAuthenticated
    return cookie, True


def refuse_cross_site(request: Request, *, reading: bool = False) -> None:
    """Browsers say where a request comes from; clients that say nothing are no browsers. `reading`: also safe ones."""
    if request.method in _SAFE and not reading:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise CrossSiteRequest
        return
    origin = request.headers.get("origin")
    public = urlsplit(resources_of(request).settings.public_url)
    if origin is not None and origin != f"{public.scheme}://{public.netloc}":
        raise CrossSiteRequest


def _handle(request: Request, actor: Actor, *, transactional: bool, while_locked: bool) -> Db:
    resources = resources_of(request)
    policy: Policy = request.scope["edge"].policy
    return Db(
        resources.engine,
        resources.keys,
        resources.queue,
        actor,
        context_of(request),
        transactional=transactional,
        declared=policy.audit,
        while_locked=while_locked,
    )


async def _admit(request: Request, actor: Actor, token: bytes, *, by_cookie: bool) -> Actor:
    """Return the actor, if the route's policy admits them and the request is their own; a refusal is recorded."""
    rules: Policy = request.scope["edge"].policy
    resources = resources_of(request)
    minutes = resources.settings.step_up_minutes
    try:
        if by_cookie:
            refuse_cross_site(request, reading=rules.hands_out)
        if _refusal(actor, rules, minutes) is not None:  # what was so a moment ago may have changed
            actor = await actors_of(request).find_again(resources, token)
        if (refusal := _refusal(actor, rules, minutes)) is not None:
            raise refusal
    except (CrossSiteRequest, *_REFUSALS):
        target = next((UUID(value) for value in request.path_params.values() if is_uuid(value)), None)
        await _handle(request, actor, transactional=False, while_locked=True).deny(target)
        raise
    return actor


def _refusal(actor: Actor, rules: Policy, step_up_minutes: int) -> Problem | None:
    """Why the actor may not ask this."""
    if actor.is_locked and not rules.while_locked:
        return SignInLocked()
    if actor.role not in rules.roles:
        return RoleNotAllowed()
    if rules.factor and actor.lacks_factor:
        return SecondFactorRequired()
    if rules.step_up and not _is_fresh(actor.proved_at, step_up_minutes):
        return StepUpRequired()
    return None


def _is_fresh(proved_at: datetime | None, minutes: int) -> bool:
    return proved_at is not None and clock.now() - proved_at <= timedelta(minutes=minutes)


def is_uuid(text: str) -> bool:
    """Whether a path parameter is an id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@offered
async def db_of(request: Request) -> Db:
    """Return the handle of the actor who sent this request; the edge commits and closes it."""
    presented, by_cookie = _presented(request)
    token = request.scope["token"] = hashed(presented)
    edge = request.scope["edge"]
    actor = await _identified(request, presented, token)
    await _count_actor(request, edge.policy.limit, actor)
    actor = await _admit(request, actor, token, by_cookie=by_cookie)
    request.scope["workspace"] = actor.workspace_id
    return _handle(request, actor, transactional=edge.joins(request), while_locked=edge.policy.while_locked)


async def _identified(request: Request, presented: str, token: bytes) -> Actor:
    """Whose token it is. One that was nobody's lately is counted as a guess before PostgreSQL is asked."""
    resources, actors = resources_of(request), actors_of(request)
    find = actors.glimpse if request.scope["edge"].policy.ids_only else actors.find
    public = resources.quotas[Limit.PUBLIC]
    if (actor := actors.known(token)) is not None:
        return actor
    if not is_token(presented):
        await _count_address(request, public)
        raise NotAuthenticated
    async with actors.asking(token):
        if actors.was_known(token):
            try:
                return await find(resources, token)
            except NotAuthenticated:
                await _count_address(request, public)
                raise
        rate = request.scope.get("rate")  # of the first attempt at this request
        await _count_address(request, public)
        is_guess = False
        try:
            return await find(resources, token)
        except NotAuthenticated:
            is_guess = True
            raise
        finally:
            if not is_guess:
                _uncount_address(request, public)
                request.scope["rate"] = rate


async def _count_actor(request: Request, limit: Limit, actor: Actor) -> None:
    """Off the practice's allowance, or off the credential's own."""
    quota, credential = resources_of(request).quotas[limit], somebody(actor.credential_id).hex
    if limit is Limit.OWN:
        await _count(request, quota, credential)
    else:
        await _count(request, quota, actor.workspace_id.hex, credential)


async def _count_address(request: Request, quota: Quota) -> None:
    await _count(request, quota, _address_key(request))


def _uncount_address(request: Request, quota: Quota) -> None:
    resources_of(request).limiter.give_back(quota, _address_key(request))
    request.scope["counted"].discard(quota.name)


async def _count(request: Request, quota: Quota, who: str, credential: str | None = None) -> None:
    """Take the request off a quota, once: a second attempt at it is no second request."""
    counted = request.scope.setdefault("counted", set())
    if quota.name not in counted:
        counted.add(quota.name)
        request.scope["rate"] = await resources_of(request).limiter.take(quota, who, credential)


def _address_key(request: Request) -> str:
    """One key for what one client can choose from: an IPv4 address, or an IPv6 /64; no address is stored."""
    client = request.scope.get("client")
    address = networks.network_of(client[0]).subscriber if client else "unknown"
    return blinded(resources_of(request).settings.secret_key.get_secret_value(), address)


@offered
async def system_of(request: Request) -> System:
    """Return the handle of routes that nobody is signed in to; they are counted by network address."""
    resources = resources_of(request)
    await _count_address(request, resources.quotas[request.scope["edge"].policy.limit])
    return resources.system()


@offered
async def if_match(
    value: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=40,
            pattern=r'^\s*(\*|(W/)?"?[0-9]{1,9}"?)\s*$',
            description='The version you last read, such as `"3"`.',
        ),
    ] = None,
) -> int | None:
    """Return the version a write insists on; none given, the last write wins."""
    if value is None or value.strip() == "*":
        return None
    text = value.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput.of("/If-Match", 'must be a version such as "3"')
    return int(text)


@offered
async def paging(limit: PageSize = 50, cursor: CursorText = None) -> Paging:
    """Return how many items of a list are asked for, and behind which place."""
    return Paging(limit, Cursor.of(cursor))


@offered
async def if_none_match(
    value: Annotated[
        str | None,
        Header(alias="If-None-Match", max_length=1_000, description="The `ETag` of the answer you have."),
    ] = None,
) -> str | None:
    """Return what the client has already."""
    return value


@offered
def exported_of(request: Request) -> Sequence[Exported]:
    """Return what an export holds, as the features say."""
    found: Sequence[Exported] = request.app.state.exported
    return found


@offered
async def same_site(request: Request) -> None:
    """Refuse a sign-in that another site started."""
    refuse_cross_site(request)


SameSite = Annotated[None, Depends(same_site)]
CurrentDb = Annotated[Db, Depends(db_of)]
CurrentSystem = Annotated[System, Depends(system_of)]
CurrentContext = Annotated[RequestContext, Depends(context_of)]
CurrentPaging = Annotated[Paging, Depends(paging)]
IfMatch = Annotated[int | None, Depends(if_match)]
IfNoneMatch = Annotated[str | None, Depends(if_none_match)]
# Each of its statements is durable at once, whatever becomes of the request: what is tried is counted by it.
AutocommitSystem = Annotated[System, _part(lambda resources: resources.system(transactional=False))]
# For whoever holds a link that we made: what it is good for is done as a job would do it.
CurrentActingIn = Annotated[ActingIn, _part(lambda resources: resources.acting_in)]
CurrentSettings = Annotated[Settings, _part(lambda resources: resources.settings)]
CurrentStorage = Annotated[Storage, _part(lambda resources: resources.storage)]
CurrentSanitizer = Annotated[Sanitizer, _part(lambda resources: resources.sanitizer)]
CurrentThreads = Annotated[Threads, _part(lambda resources: resources.threads)]
CurrentPrinting = Annotated[Turns, _part(lambda resources: resources.printing)]
CurrentLimiter = Annotated[Limiter, _part(lambda resources: resources.limiter)]
ExportedNouns = Annotated[Sequence[Exported], Depends(exported_of)]
NewKeys = Annotated[KeyMaker, _part(lambda resources: resources.keys)]
