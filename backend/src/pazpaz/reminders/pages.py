"""The pages behind a reminder's links. Opening one changes nothing, for mail scanners open them; a click does."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from pazpaz.core.base.dates import day_words, time_words
from pazpaz.core.http.deps import CurrentActingIn, CurrentContext, CurrentSettings, CurrentSystem
from pazpaz.core.http.pages import page as html
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import EdgeRoute
from pazpaz.core.mail.messages import isolated
from pazpaz.core.mail.templates import TEMPLATES
from pazpaz.reminders import answers, words
from pazpaz.reminders.answers import Asked
from pazpaz.reminders.errors import LinkExpired
from pazpaz.reminders.links import ENDING, Act, Link, token_of
from pazpaz.reminders.messages import where, with_whom
from pazpaz.reminders.queries import Details

router = APIRouter(route_class=EdgeRoute)
Token = Annotated[str, Path(max_length=100)]
Seen = Annotated[int | None, Query(ge=0, le=2**31 - 1)]
_template = TEMPLATES.get_template("reminders/mails/answer.html")


def expired() -> Response:
    """The page of a link that is forged or over, in every language."""
    return page(410, {"language": "he", "notices": list(words.EXPIRED.items())})


def page(status: int, filling: Mapping[str, object]) -> Response:
    """A page without scripts, and nothing that it could send or load elsewhere."""
    text = _template.render(filling)
    return html(text, status, submits=True)


def _about(asked: Asked) -> dict[str, object]:
    return {
        "language": asked.language,
        "practice": asked.practice_name,
        "label": words.LABELS[asked.language][asked.act],
    }


def _answer(
    asked: Asked, details: Details, message: str | None = None, warning: str | None = None
) -> Response:
    """The page of an appointment: when, where and with whom it is, and a button, or what came of it."""
    language, name = asked.language, details.therapist_name
    when = words.DAY[language].format(
        date=day_words(asked.scheduled_start, asked.zone, language),
        time=time_words(asked.scheduled_start, asked.zone, asked.practice_zone),
    )
    place = where(details.location_type, details.location, language, is_address_shown=False)
    filling = {
        "lines": [when, place, *([with_whom(name, language)] if name.strip() else [])],
        "explanation": warning,
        "seen": details.changed_version,
        "notices": [(language, message)] if message else [],
    }
    return page(200, _about(asked) | filling)


def _unsubscription(asked: Asked, name: str | None, secret: bytes, *, is_done: bool = False) -> Response:
    """Whose reminders end, and what still comes; beside it all who have the address, never who they are."""
    language, act = asked.language, asked.act
    given = {"name": isolated(name)} if name else {}
    label = words.STOP_NAMED[language] if given and act is Act.UNSUBSCRIBE else words.LABELS[language][act]
    whose = words.whose(act, is_named=bool(given))
    filling: dict[str, object] = {
        "label": label.format(**given),
        "explanation": words.EXPLAINED[language][whose].format(**given),
        "notices": [(language, words.ENDED[language][whose].format(**given))] if is_done else [],
    }
    if act is Act.UNSUBSCRIBE:
        other = Act.UNSUBSCRIBE_ADDRESS
        token = quote(token_of(secret, Link(asked.log_id, other)))
        filling["also"] = {
            "text": words.ALSO[language], "action": token, "label": words.LABELS[language][other],
        }  # fmt: skip
    return page(200, _about(asked) | filling)


@router.get("/r/{token}", include_in_schema=False)
@policy(roles=(), audit=())
async def ask(
    token: Token,
    system: CurrentSystem,
    settings: CurrentSettings,
    acting_in: CurrentActingIn,
    context: CurrentContext,
) -> Response:
    """Show what the link is about, and a button."""
    try:
        asked = await answers.find(system, settings.secret_key.get_secret_value(), token)
    except LinkExpired:
        return expired()
    if asked.act in ENDING:
        name = await answers.named(acting_in, context, asked)
        return _unsubscription(asked, name, settings.secret_key.get_secret_value())
    return _answer(asked, await answers.details(acting_in, context, asked))


@router.post("/r/{token}", include_in_schema=False)
@policy(roles=(), audit=())
async def act(
    token: Token,
    system: CurrentSystem,
    settings: CurrentSettings,
    acting_in: CurrentActingIn,
    context: CurrentContext,
    seen: Seen = None,
) -> Response:
    """Do it, if the appointment is as its page showed it; also what a mail program sends to unsubscribe (RFC 8058)."""
    try:
        asked = await answers.find(system, settings.secret_key.get_secret_value(), token)
        if asked.act in ENDING:
            await answers.unsubscribe(acting_in, context, asked)
            name = await answers.named(acting_in, context, asked)
            return _unsubscription(asked, name, settings.secret_key.get_secret_value(), is_done=True)
        details, is_done = await answers.act(acting_in, context, asked, seen)
    except LinkExpired:
        return expired()
    if is_done:
        return _answer(asked, details, words.DONE[asked.language][asked.act])
    return _answer(asked, details, warning=words.CHANGED[asked.language])
