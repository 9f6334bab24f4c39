"""What the mails about an account say, without a server: each whole, in both languages."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pazpaz.accounts import closing, jobs, notices
from pazpaz.accounts.messages import Part
from pazpaz.accounts.models import LinkPurpose, NoticeEvent
from pazpaz.core.mail.messages import Message, isolated

AT, ID, URL = datetime(2026, 5, 3, 6, 30, tzinfo=UTC), UUID(int=1), "https://x.example/"
WHERE = {"timezone": "Asia/Jerusalem", "email": "dana@example.org", "id": ID}


def link(language: str, name: str | None) -> Message:
    user = {"locale": language, "role": "owner", "workspace_name": name, "workspace_id": ID}
    asked = {"id": ID, "purpose": LinkPurpose.SIGN_IN, "email": "dana@example.org", "signup": None}
    found = jobs.message(asked, [user], b"secret", URL)
    assert found is not None
    return found


def notice(language: str, name: str | None) -> Message:
    said = {"event": NoticeEvent.NEW_DEVICE, "created_at": AT, "locale": language, "workspace_name": name}
    return notices.message(WHERE | said, URL)


def deletion(language: str, name: str | None, due: datetime | None = AT) -> Message:
    row = {"deletion_due_at": due, "announced_due_at": AT, "locale": language, "name": name}
    return closing.message(WHERE | row, URL)


def kept(language: str, name: str | None) -> Message:
    return deletion(language, name, None)


Mail = Callable[[str, str | None], Message]
MAILS: tuple[Mail, ...] = (link, notice, deletion, kept)


@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("language", ["en", "he"])
def test_a_name_turns_nothing_around_it(mail: Mail, language: str) -> None:
    """Its marks of direction end with it, in the plain text too."""
    name = "a\u202eb"
    said = mail(language, name)
    assert isolated(name) in said.text
    assert said.text.count("\u202e") == said.text.count(isolated(name))
    assert f"<bdi>{name}</bdi>" in said.html
    assert said.html.count("\u202e") == said.html.count("<bdi>a")


@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("language", ["en", "he"])
def test_a_name_is_only_text(mail: Mail, language: str) -> None:
    """What stands in it is no element and no placeholder."""
    said = mail(language, "<b>{practice}{0}%s</b>&")
    assert "<b>{practice}{0}%s</b>&" in said.text
    assert "&lt;b&gt;{practice}{0}%s&lt;/b&gt;&amp;" in said.html


TEXTS: dict[tuple[Mail, str], str] = {
    (notice, "en"): (
        "Hello,\n\nSomebody signed in with your address from a browser that was not used before.\n\n"
        "Clinic, 3 May 2026, 09:30\n\n"
        "If this was you, you need do nothing. If not, sign in and look at your second factors, and tell an"
        " owner of the practice:\nhttps://x.example/second-factor\n\nPazPaz"
    ),
    (deletion, "he"): (
        "שלום,\n\nהתקבלה בקשה מאחד מבעלי המרפאה למחוק את Clinic מ-PazPaz.\n\n"
        "המחיקה תתבצע ב-03.05.2026 09:30. עד אז הכול פועל כרגיל, גם התזכורות למטופלים, ואפשר לבטל את"
        " המחיקה:\nhttps://x.example/sign-in\n\n"
        "אחרי המועד הזה איש לא יוכל עוד לקרוא את הרשומות, פרטי המטופלים והקבצים,"
        " וגם אנחנו לא נוכל לשחזר אותם.\n\nPazPaz"
    ),
    (kept, "en"): (
        "Hello,\n\nThe deletion of Clinic from PazPaz was taken back. Nothing was lost.\n"
        "https://x.example/sign-in\n\nPazPaz"
    ),
}


@pytest.mark.parametrize(("mail", "language"), TEXTS)
def test_the_whole_text(mail: Mail, language: str) -> None:
    """Paragraphs apart, an address on a line of its own below what leads to it."""
    assert mail(language, "Clinic").text == TEXTS[mail, language]


def test_a_link_is_a_button() -> None:
    """In HTML the address stands behind its label."""
    html = link("he", None).html
    assert '<html lang="he" dir="rtl">' in html
    assert ">כניסה</a>" in html
    assert "לכניסה אל <bdi>המרפאה שלך</bdi>:" in html


def test_a_part_keeps_its_own_words() -> None:
    """Only what it names is escaped: its own words hold no markup."""
    part = Part("a {b} c", {"b": "<"})
    assert (part.plain, str(part.html)) == ("a < c", "a <bdi>&lt;</bdi> c")
