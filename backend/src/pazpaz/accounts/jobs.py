"""Mailing magic links, and the sweep that mails what the queue lost."""

from uuid import UUID

import orjson
import structlog

from pazpaz.accounts import queries, words
from pazpaz.accounts.messages import Part, account_mail
from pazpaz.accounts.models import LINK, SEND_INVITATION, SEND_MAGIC_LINK, LinkPurpose
from pazpaz.core.base.tokens import derived_token
from pazpaz.core.db.engine import Record
from pazpaz.core.mail.messages import Message
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Handler, Sweep

log = structlog.get_logger(__name__)


def message(link: Record, users: list[Record], secret: bytes, public_url: str) -> Message | None:
    """Return the mail for a link: one address per practice. None for an address nobody signs in with.

    Of a sign-up it says nothing that was typed: whoever typed it has not shown that the address is theirs.
    """
    token = derived_token(secret, LINK, link["id"])
    address = f"{public_url.rstrip('/')}/sign-in#token={token}"
    owns = any(user["role"] == "owner" for user in users)
    if link["purpose"] == LinkPurpose.SIGN_UP and not owns:
        signup = orjson.loads(link["signup"])
        language, places = signup["locale"], [(None, address)]
    elif users:
        language = users[0]["locale"]
        places = [(u["workspace_name"], f"{address}&workspace={u['workspace_id']}") for u in users]
    else:
        return None
    sign_in, unnamed = words.SIGN_IN[language], words.YOUR_PRACTICE[language]
    parts = [
        *(Part(words.LINK[language], {"practice": name or unnamed}, (sign_in, to)) for name, to in places),
        Part(words.LINK_ENDS[language]),
        Part(words.LINK_UNASKED[language]),
    ]
    return account_mail(link["email"], f"link-{link['id']}", language, words.LINK_SUBJECT[language], parts)


async def send_magic_link(resources: Resources, link_id: UUID) -> None:
    """Mail a link once. Sent again after a crash, it is the same link under the same Message-ID."""
    found = await resources.run(queries.LINK_TO_SEND, id=link_id)
    if not found:
        return
    users = await resources.run(queries.USERS_OF_EMAIL, email=found[0]["email"])
    settings = resources.settings
    mail = message(found[0], users, settings.secret_key.get_secret_value(), settings.public_url)
    if mail is not None:
        await resources.mailer.send(mail)
    await resources.run(queries.LINK_SENT, id=link_id)


async def send_invitation(resources: Resources, user_id: UUID) -> None:
    """Tell a new member where to sign in; the mail holds no link that signs anybody in."""
    found = await resources.run(queries.INVITATION, id=user_id)
    if not found:
        return
    language = found[0]["locale"]
    practice = found[0]["workspace_name"] or words.INVITED_BY[language]
    link = words.SIGN_IN[language], f"{resources.settings.public_url.rstrip('/')}/sign-in"
    parts = Part(words.INVITED[language], {"practice": practice}, link), Part(words.INVITED_UNKNOWN[language])
    message_id = f"invitation-{user_id}-{found[0]['invited_at']:%Y%m%d%H%M%S%f}"
    subject = words.INVITATION_SUBJECT[language]
    await resources.mailer.send(account_mail(found[0]["email"], message_id, language, subject, parts))
    await resources.run(queries.INVITATION_SENT, id=user_id)


async def sweep_invitations(resources: Resources) -> None:
    """Queue again the invitations that were not sent."""
    for row in await resources.run(queries.UNSENT_INVITATIONS):
        await resources.queue.send(SEND_INVITATION, row["id"])


async def sweep_magic_links(resources: Resources) -> None:
    """Queue again what was not sent, and delete links that are long over."""
    for row in await resources.run(queries.UNSENT_LINKS):
        await resources.queue.send(SEND_MAGIC_LINK, row["id"])
    await resources.run(queries.DELETE_OLD_LINKS)


HANDLERS = (Handler(SEND_MAGIC_LINK, send_magic_link), Handler(SEND_INVITATION, send_invitation))
SWEEPS = (
    Sweep("sweep_magic_links", sweep_magic_links, every_seconds=15),
    Sweep("sweep_invitations", sweep_invitations, every_seconds=15),
)
