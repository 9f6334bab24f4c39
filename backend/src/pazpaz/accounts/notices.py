"""Mails that tell a user what happened to their sign-in, so that nothing of it happens unnoticed."""

from uuid import UUID

from pazpaz.accounts import queries
from pazpaz.accounts.models import SEND_NOTICE, NoticeEvent
from pazpaz.core.base.dates import moment_words
from pazpaz.core.db.engine import Record
from pazpaz.core.mail.messages import Message
from pazpaz.core.mail.templates import TEMPLATES
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Handler, Sweep

_SUBJECTS = {"en": "About your sign-in to PazPaz", "he": "בנוגע לכניסה שלך ל-PazPaz"}
_WORDS = {
    "en": {
        NoticeEvent.FACTOR_ADDED: "A second factor was added to your sign-in.",
        NoticeEvent.FACTOR_REMOVED: "A second factor was removed from your sign-in.",
        NoticeEvent.RECOVERY_USED: "One of your recovery codes was used to sign in.",
        NoticeEvent.RECOVERY_RENEWED: "New recovery codes were made. The earlier ones do not work any more.",
        NoticeEvent.FACTORS_RESET: (
            "Your second factors were taken away by an owner of the practice or by the operator."
            " You were signed out everywhere, and set up a new one when you sign in next."
        ),
        NoticeEvent.NEW_DEVICE: "Somebody signed in with your address from a browser that was not used before.",
    },
    "he": {
        NoticeEvent.FACTOR_ADDED: "נוסף שלב שני לכניסה שלך.",
        NoticeEvent.FACTOR_REMOVED: "הוסר שלב שני מהכניסה שלך.",
        NoticeEvent.RECOVERY_USED: "אחד מקודי השחזור שלך שימש לכניסה.",
        NoticeEvent.RECOVERY_RENEWED: "נוצרו קודי שחזור חדשים. הקודמים אינם פועלים עוד.",
        NoticeEvent.FACTORS_RESET: (
            "השלב השני בכניסה שלך אופס בידי בעלי המרפאה או בידי מפעילי המערכת."
            " נותקת מכל המכשירים, ובכניסה הבאה יש להגדיר שלב שני חדש."
        ),
        NoticeEvent.NEW_DEVICE: "נעשתה כניסה עם הכתובת שלך מדפדפן שלא שימש קודם.",
    },
}


def message(notice: Record, public_url: str) -> Message:
    """Return the mail of a notice, in the practice's language and zone."""
    language = notice["locale"]
    words = {
        "language": language,
        "practice": notice["workspace_name"],
        "what": _WORDS[language][NoticeEvent(notice["event"])],
        "when": moment_words(notice["created_at"], notice["timezone"], language),
        "address": f"{public_url.rstrip('/')}/second-factor",
    }
    return Message(
        to=notice["email"],
        subject=_SUBJECTS[language],
        text=TEMPLATES.get_template(f"accounts/mails/notice.{language}.txt").render(words),
        html=TEMPLATES.get_template("accounts/mails/notice.html").render(words),
        message_id=f"notice-{notice['id']}",
        language=language,
    )


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
