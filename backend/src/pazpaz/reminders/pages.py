"""The pages behind a reminder's links. Opening one changes nothing, for mail scanners open them; a click does."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from pazpaz.core.base.dates import day_words, time_words
from pazpaz.core.http.deps import CurrentActingIn, CurrentContext, CurrentSettings, CurrentSystem
from pazpaz.core.http.pages import page as html
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import EdgeRoute
from pazpaz.core.mail.templates import TEMPLATES
from pazpaz.reminders import answers, words
from pazpaz.reminders.answers import Asked
from pazpaz.reminders.errors import LinkExpired
from pazpaz.reminders.links import Act

router = APIRouter(route_class=EdgeRoute)
Token = Annotated[str, Path(max_length=100)]
_template = TEMPLATES.get_template("reminders/mails/answer.html")


def expired() -> Response:
    """The page of a link that is forged or over, in every language."""
    return page(410, {"language": "he", "notices": list(words.EXPIRED.items())})


def page(status: int, filling: Mapping[str, object]) -> Response:
    """A page without scripts, and nothing that it could send or load elsewhere."""
    text = _template.render(filling)
    return html(text, status, submits=True)


def _shown(asked: Asked, message: str | None = None) -> Response:
    when = words.DAY[asked.language].format(
        date=day_words(asked.scheduled_start, asked.zone, asked.language),
        time=time_words(asked.scheduled_start, asked.zone, asked.practice_zone),
    )
    unsubscribes = asked.act is Act.UNSUBSCRIBE
    filling = {
        "language": asked.language,
        "practice": asked.practice_name,
        "label": words.LABELS[asked.language][asked.act],
        "when": None if unsubscribes else when,
        "explanation": words.EXPLAINED[asked.language] if unsubscribes else None,
        "notices": [(asked.language, message)] if message else [],
    }
    return page(200, filling)


@router.get("/r/{token}", include_in_schema=False)
@policy(roles=(), audit=())
async def ask(token: Token, system: CurrentSystem, settings: CurrentSettings) -> Response:
    """Show what the link is about, and a button."""
    try:
        asked = await answers.find(system, settings.secret_key.get_secret_value(), token)
    except LinkExpired:
        return expired()
    return _shown(asked)


@router.post("/r/{token}", include_in_schema=False)
@policy(roles=(), audit=())
async def act(
    token: Token,
    system: CurrentSystem,
    settings: CurrentSettings,
    acting_in: CurrentActingIn,
    context: CurrentContext,
) -> Response:
    """Do it; also what a mail program sends for one-click unsubscription (RFC 8058)."""
    try:
        asked = await answers.find(system, settings.secret_key.get_secret_value(), token)
    except LinkExpired:
        return expired()
    await answers.act(acting_in, context, asked)
    return _shown(asked, words.DONE[asked.language][asked.act])
