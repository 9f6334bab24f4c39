"""The page behind a digest's link. Opening it changes nothing, for mail scanners open it; a click does."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from pazpaz.core.base.config import Settings
from pazpaz.core.db.engine import Record
from pazpaz.core.db.system import System
from pazpaz.core.http.deps import CurrentActingIn, CurrentContext, CurrentSettings, CurrentSystem
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import EdgeRoute
from pazpaz.digests import service, statements, words
from pazpaz.digests.messages import member_of
from pazpaz.reminders.pages import expired, page

router = APIRouter(route_class=EdgeRoute)
Token = Annotated[str, Path(max_length=100)]


async def _found(system: System, settings: Settings, token: str) -> Record | None:
    user_id = member_of(settings.secret_key.get_secret_value(), token)
    if user_id is None:
        return None
    rows = await system.run(statements.LINKED, user_id=user_id)
    return rows[0] if rows else None


def _words(found: Record, message: str | None = None) -> Mapping[str, object]:
    language = found["language"]
    return {
        "language": language,
        "practice": found["practice_name"],
        "label": words.STOP[language],
        "explanation": words.STOP_EXPLAINED[language],
        "notices": [(language, message)] if message else [],
    }


@router.get("/d/{token}", include_in_schema=False)
@policy(roles=(), audit=())
async def ask(token: Token, system: CurrentSystem, settings: CurrentSettings) -> Response:
    """Show what the link is about, and a button."""
    found = await _found(system, settings, token)
    return expired() if found is None else page(200, _words(found))


@router.post("/d/{token}", include_in_schema=False)
@policy(roles=(), audit=())
async def act(
    token: Token,
    system: CurrentSystem,
    settings: CurrentSettings,
    acting_in: CurrentActingIn,
    context: CurrentContext,
) -> Response:
    """Switch the digest off; also what a mail program sends for one-click unsubscription (RFC 8058)."""
    found = await _found(system, settings, token)
    if found is None:
        return expired()
    async with acting_in(found["workspace_id"], context) as db:
        await service.switch_off(db, found["user_id"])
    return page(200, _words(found, words.STOPPED[found["language"]]))
