"""A mail's headers hold what they were given, whatever the words and however long, on every supported Python."""

import re
from base64 import b64decode
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.quoprimime import header_decode
from typing import Any

import pytest

from pazpaz.core.base.config import Settings
from pazpaz.core.mail.messages import Mailer, Message, encoded, isolated, mime_of
from tests.reminders.smtp import scripted

LONG = "קישור הכניסה שלך למרפאת השרון לפיזיותרפיה, עיסוי רפואי וטיפול נשימתי בתל אביב ובהרצליה פיתוח"
WORDS = [
    LONG,
    f"{LONG} – {LONG}",
    "Plain words",
    "é " * 60,
    "a" * 150,
    'Dana, "the" <b>',
    "שלום" * 40,
    "x =?utf-8?q?y?=",
]


def a_message(**values: Any) -> Message:
    said = {
        "to": "dana@example.org",
        "subject": LONG,
        "text": "t",
        "html": "<p>t</p>",
        "message_id": "link-1",
    }
    return Message(**{**said, **values})


def by_the_book(raw: bytes) -> str:
    """RFC 2047 by hand: folds are unfolded, white space between two encoded words is nothing."""
    text = re.sub(r"\r\n(?=[ \t])", "", raw.decode("ascii"))
    text = re.sub(r"(\?=)\s+(?==\?)", r"\1", text)

    def word(match: re.Match[str]) -> str:
        assert len(match.group(0)) <= 75
        if match.group(1).lower() == "b":
            return b64decode(match.group(2)).decode()
        return header_decode(match.group(2)).encode("latin-1").decode()

    # A character may not be split over two words, so each is decoded by itself.
    return re.sub(r"=\?utf-8\?([bqBQ])\?([^?]*)\?=", word, text)


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
async def test_a_header_comes_back_as_it_was(words: str) -> None:
    """As the standard library's two readers and the letter of RFC 2047 have it."""
    raw = mime_of(a_message(subject=words, sender_name=words), "PazPaz <no-reply@example.org>").as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(
        len(line) <= 78 for line in head.split(b"\r\n") if line.startswith((b"Subject", b"From", b" =?"))
    )
    modern, old = message_from_bytes(raw, policy=policy.SMTP), message_from_bytes(raw)
    assert str(modern["Subject"]) == words.strip()
    assert str(make_header(decode_header(old["Subject"]))) == words.strip()
    for header, rest in (("Subject", ""), ("From", " <no-reply@example.org>")):
        found = re.search(rf"(?ms)^{header}: (.*?)\r\n(?![ \t])".encode(), raw)
        assert found is not None
        assert by_the_book(found.group(1)) == words.strip() + rest
    assert [address.addr_spec for address in modern["From"].addresses] == ["no-reply@example.org"]


@pytest.mark.parametrize("words", ["a\r\nBcc: x@example.org", "a\n\nb", "a\x00b", "a\u2028b", "a\x85b"])
async def test_no_words_end_a_header(words: str) -> None:
    """What would end a line is a space."""
    raw = mime_of(a_message(subject=words, sender_name=words), "no-reply@example.org").as_bytes()
    message = message_from_bytes(raw, policy=policy.SMTP)
    assert message["Bcc"] is None
    assert str(message["Subject"]) == re.sub(r"[\r\n\x00\u2028\x85]+", " ", words)
    assert "\n" not in encoded(words, "Subject").replace("\r\n ", "")


async def test_the_mailer_sends_it_so(settings: Settings) -> None:
    """What arrives at a server that never heard of 8BITMIME is ASCII, from and to the envelope's addresses."""
    async with scripted() as server:
        sender = server.settings(settings, mail_from="פזפז <no-reply@example.org>")
        await Mailer(sender).send(a_message())
        (message,) = server.messages()
        assert server.mails[0].isascii()
        assert "MAIL FROM:<no-reply@example.org>" in [
            line.partition(" size")[0].partition(" SIZE")[0] for line in server.seen
        ]
        assert any(line.startswith("RCPT TO:<dana@example.org>") for line in server.seen)
    assert str(message["Subject"]) == LONG
    assert message["From"].addresses[0].display_name == "פזפז"
    assert str(message["Message-ID"]) == "<link-1@example.org>"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Dana", "Dana"),
        ("דנה לוי", "דנה לוי"),
        ("a\u202eb", "\u2068a\u202eb\u2069"),
        ("a\u200fb", "\u2068a\u200fb\u2069"),
        ("a\u2066b", "\u2068a\u2066b\u2069\u2069"),
        ("a\u2069b", "\u2068ab\u2069"),
        ("\u2069\u2067a\u2069\u2069", "\u2068\u2067a\u2069\u2069"),
    ],
)
def test_marks_of_direction_stay_within_a_name(name: str, shown: str) -> None:
    """What is around the name is read as it was written, whatever the name holds."""
    assert isolated(name) == shown
