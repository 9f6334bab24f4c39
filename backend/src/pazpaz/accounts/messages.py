"""Mails about an account: paragraphs, each with a button when it leads somewhere, as text and as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from pazpaz.accounts import words
from pazpaz.core.mail.messages import Message, isolated
from pazpaz.core.mail.templates import TEMPLATES


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph; what it names turns nothing around it. A link has a label, and where it leads."""

    text: str
    names: Mapping[str, str] = field(default_factory=dict)
    link: tuple[str, str] | None = None

    @property
    def plain(self) -> str:
        return self.text.format_map({name: isolated(value) for name, value in self.names.items()})

    @property
    def html(self) -> Markup:
        """As HTML, with every name escaped."""
        return Markup(self.text).format(  # noqa: S704 (our own words)
            **{name: Markup("<bdi>{}</bdi>").format(value) for name, value in self.names.items()}
        )


def account_mail(to: str, message_id: str, language: str, subject: str, parts: Sequence[Part]) -> Message:
    filling = {"language": language, "hello": words.HELLO[language], "parts": parts}
    return Message(
        to=to,
        subject=subject,
        text=TEMPLATES.get_template("accounts/mails/account.txt").render(filling),
        html=TEMPLATES.get_template("accounts/mails/account.html").render(filling),
        message_id=message_id,
        language=language,
    )
