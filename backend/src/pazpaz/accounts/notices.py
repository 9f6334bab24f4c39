"""Mails that tell a user what happened to their sign-in, so that nothing of it happens unnoticed."""

from uuid import UUID

from pazpaz.accounts import queries, words
from pazpaz.accounts.messages import Part, account_mail
from pazpaz.accounts.models import SEND_NOTICE, NoticeEvent
from pazpaz.core.base.dates import moment_words
from pazpaz.core.db.engine import Record
from pazpaz.core.mail.messages import Message
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Handler, Sweep


def message(notice: Record, public_url: str) -> Message:
    """Return the mail of a notice, in the practice's language and zone."""
    language = notice["locale"]
    when = moment_words(notice["created_at"], notice["timezone"], language)
    names = {"practice": notice["workspace_name"] or words.NOTICE_FROM[language], "date": when}
    parts = (
        Part(words.NOTICES[language][NoticeEvent(notice["event"])]),
        Part(words.NOTICE_WHERE[language], names),
        Part(
            words.NOTICE_ACT[language],
            link=(words.MY_FACTORS[language], f"{public_url.rstrip('/')}/second-factor"),
        ),
    )
    subject = words.NOTICE_SUBJECT[language]
    return account_mail(notice["email"], f"notice-{notice['id']}", language, subject, parts)


async def send_notice(resources: Resources, notice_id: UUID) -> None:
    """Mail a notice once; sent again after a crash, it has the same Message-ID."""
    found = await resources.run(queries.NOTICE_TO_SEND, id=notice_id)
    if found:
        await resources.mailer.send(message(found[0], resources.settings.public_url))
        await resources.run(queries.NOTICE_SENT, id=notice_id)


async def sweep_notices(resources: Resources) -> None:
    """Queue again the notices that were not sent."""
    for row in await resources.run(queries.UNSENT_NOTICES):
        await resources.queue.send(SEND_NOTICE, row["id"])


HANDLERS = (Handler(SEND_NOTICE, send_notice),)
SWEEPS = (Sweep("sweep_notices", sweep_notices, every_seconds=15),)
