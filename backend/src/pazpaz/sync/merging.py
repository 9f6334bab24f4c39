"""The three-way merge of a note, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass

from pazpaz.sessions.models import same_text

Texts = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Merged:
    """The fields to change, and those that both sides changed."""

    changes: dict[str, str | None]
    contested: list[str]


def merge(sent: Texts, server: Texts, base: Texts | None) -> Merged:
    """Return what only the device changed is taken, what only the server changed stays, what both did is contested.

    Without a base nobody knows who changed what: every difference is contested.
    """
    changes: dict[str, str | None] = {}
    contested: list[str] = []
    for name, text in sent.items():
        if same_text(text, server[name]) or (base is not None and same_text(text, base[name])):
            continue
        if base is not None and same_text(server[name], base[name]):
            changes[name] = text
        else:
            contested.append(name)
    return Merged(changes, contested)


def has_all(server: Texts, sent: Texts) -> bool:
    """Whether the server has all that was sent; it may have text in fields that were left out."""
    return all(same_text(text, server[name]) for name, text in sent.items())


def says_the_same(sent: Texts, server: Texts) -> bool:
    """Whether the device has all that the server has: a field left out is one it may know nothing of."""
    return all(same_text(sent.get(name), text) for name, text in server.items())
