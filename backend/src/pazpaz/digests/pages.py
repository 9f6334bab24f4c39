"""The page behind a digest's link. Opening it changes nothing, for mail scanners open it; a click does."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from pazpaz.digests.messages import ANSWERS, DIGEST, member_of
from pazpaz.reminders.pages import expired, page

router = APIRouter(route_class=EdgeRoute)
Token = Annotated[str, Path(max_length=100)]


@dataclass(frozen=True, slots=True)
class _Mails:
    """Some mails to a member: which wish switches them off, and what is said of it."""

    column: str
    label: words.Words
    explanation: words.Words
    done: words.Words


_MAILS = {
    DIGEST: _Mails("is_active", words.STOP, words.STOP_EXPLAINED, words.STOPPED),
    ANSWERS: _Mails(
        "answers_at_once", words.STOP_ANSWERS, words.STOP_ANSWERS_EXPLAINED, words.ANSWERS_STOPPED
    ),
}


async def _found(system: System, settings: Settings, token: str) -> tuple[Record, _Mails] | None:
    said = member_of(settings.secret_key.get_secret_value(), token)
    if said is None:
        return None
    user_id, purpose = said
    rows = await system.run(statements.LINKED, user_id=user_id)
    return (rows[0], _MAILS[purpose]) if rows else None


def _words(found: Record, mails: _Mails, *, is_done: bool = False) -> Mapping[str, object]:
    language = found["language"]
    return {
        "language": language,
        "practice": found["practice_name"],
        "label": mails.label[language],
        "explanation": mails.explanation[language],
        "notices": [(language, mails.done[language])] if is_done else [],
    }


@router.get("/d/{token}", include_in_schema=False)
@policy(roles=(), audit=())
async def ask(token: Token, system: CurrentSystem, settings: CurrentSettings) -> Response:
    """Show what the link is about, and a button."""
    found = await _found(system, settings, token)
    return expired() if found is None else page(200, _words(*found))


@router.post("/d/{token}", include_in_schema=False)
@policy(roles=(), audit=())
async def act(
    token: Token,
    system: CurrentSystem,
    settings: CurrentSettings,
    acting_in: CurrentActingIn,
    context: CurrentContext,
) -> Response:
    """Switch these mails off; also what a mail program sends for one-click unsubscription (RFC 8058)."""
    found = await _found(system, settings, token)
    if found is None:
        return expired()
    member, mails = found
    async with acting_in(member["workspace_id"], context) as db:
        await service.switch_off(db, member["user_id"], mails.column)
    return page(200, _words(member, mails, is_done=True))
